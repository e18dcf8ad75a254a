package io.countersign.api;

import io.countersign.action.Code;
import io.countersign.api.identity.Caller;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.ActionStore;
import io.countersign.store.action.Reconciliation;
import io.countersign.store.action.Reconciliations;
import io.countersign.workflow.ActionEngine;
import io.dropwizard.auth.Auth;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.InputStream;
import java.time.Clock;
import java.util.Set;

/** Executions of which no machine knows whether they took effect: a person finds out. */
@Path("/v1/actions")
@Produces(MediaType.APPLICATION_JSON)
public final class ReconcileResource {
  private static final int MAX_REASON = 2_000;

  private final ActionStore actions;
  private final Reconciliations doubts;
  private final ActionEngine engine;
  private final Visibility visibility;
  private final Replies replies;
  private final Clock clock;

  ReconcileResource(
      ActionStore actions,
      Reconciliations doubts,
      ActionEngine engine,
      Visibility visibility,
      Replies replies,
      Clock clock) {
    this.actions = actions;
    this.doubts = doubts;
    this.engine = engine;
    this.visibility = visibility;
    this.replies = replies;
    this.clock = clock;
  }

  /** What is true if it took effect, what if it did not, and a query that tells which. */
  @GET
  @Path("/{id}/reconciliation")
  public Reconciliation reconciliation(@Auth Caller caller, @PathParam("id") String id) {
    ActionRow row = visibility.visible(caller, id);
    if (!caller.isPerson()) {
      throw new ApiException(Code.NOT_FOUND, "there is nothing here for this caller to see");
    }
    return doubts
        .find(row.id())
        .orElseThrow(
            () -> new ApiException(Code.NOT_FOUND, "nobody doubts whether it took effect"));
  }

  /** An operator's finding, by one who is no party; the first one counts. */
  @POST
  @Path("/{id}/reconcile")
  @Consumes(MediaType.APPLICATION_JSON)
  public ActionReply reconcile(@Auth Caller caller, @PathParam("id") String id, InputStream body) {
    ActionRow row =
        caller.isPerson() && caller.isOperator()
            ? visibility.existing(id)
            : visibility.visible(caller, id);
    if (!caller.isPerson()) {
      throw refused(caller, row, Code.AGENT_CANNOT_DECIDE, "agents propose; only people decide");
    }
    if (!caller.isOperator()) {
      throw refused(caller, row, Code.FORBIDDEN, "only operators decide what became of it");
    }
    if (row.parties().contains(caller.id()) || Visibility.isRequester(caller, row)) {
      throw refused(
          caller,
          row,
          Code.PARTY_CANNOT_APPROVE,
          "you are a party to this action; another operator must find out");
    }
    Body request = Body.read(body, Set.of("outcome", "reason"));
    boolean executed = executed(request.string("outcome", 16));
    String reason = request.string("reason", MAX_REASON);
    if (!doubts.decide(row, executed, Actors.actor(caller), reason, clock.instant())) {
      ActionRow now = actions.find(row.id()).orElseThrow();
      throw new ApiException(
          Code.NOT_PENDING, "the action is " + now.status() + "; there is nothing to decide");
    }
    engine.lookOrStart(
        row.id(), row.kind().wireName(), row.target(), row.digest(), row.requester().shown());
    return replies.of(actions.find(row.id()).orElseThrow());
  }

  private static boolean executed(String outcome) {
    return switch (outcome) {
      case "executed" -> true;
      case "not_executed" -> false;
      default -> throw Body.refusal("`outcome` must be `executed` or `not_executed`");
    };
  }

  private ApiException refused(Caller caller, ActionRow row, Code code, String words) {
    return new RefusedAttempts(actions, clock).refuse(caller, row, "reconcile", code, words);
  }
}
