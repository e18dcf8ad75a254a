package io.countersign.api;

import io.countersign.action.ActionKind;
import io.countersign.action.ActionStatus;
import io.countersign.action.Code;
import io.countersign.api.identity.Caller;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.store.action.ActionDao;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.ActionStore;
import io.countersign.store.action.ActionStore.Submission;
import io.countersign.store.action.Change;
import io.countersign.store.action.NewAction;
import io.countersign.store.action.RoleGrant;
import io.countersign.workflow.ActionEngine;
import io.dropwizard.auth.Auth;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Proposing actions and following them. */
@Path("/v1/actions")
@Produces(MediaType.APPLICATION_JSON)
public final class ActionResource {
  private static final Set<ActionStatus> MOVING =
      EnumSet.of(ActionStatus.EVALUATING, ActionStatus.APPROVED, ActionStatus.EXECUTING);
  private static final Set<ActionStatus> CANCELLABLE =
      EnumSet.of(ActionStatus.EVALUATING, ActionStatus.PENDING_REVIEW);

  private static final Duration STOPPING = Duration.ofSeconds(5);
  private static final Duration TAKING_BACK = Duration.ofSeconds(2);

  private final Proposals proposals;
  private final Owners owners;
  private final ActionStore actions;
  private final ActionEngine engine;
  private final Visibility visibility;
  private final Waiting waiting;
  private final Replies replies;
  private final Clock clock;

  /** Who owns an agent: the people who may not approve what it asks for. */
  @FunctionalInterface
  public interface Owners {
    Set<String> of(String agentId);
  }

  ActionResource(
      Proposals proposals,
      Owners owners,
      ActionStore actions,
      ActionEngine engine,
      Visibility visibility,
      Waiting waiting,
      Replies replies,
      Clock clock) {
    this.proposals = proposals;
    this.owners = owners;
    this.actions = actions;
    this.engine = engine;
    this.visibility = visibility;
    this.waiting = waiting;
    this.replies = replies;
    this.clock = clock;
  }

  /**
   * Stores the action with its first evidence in one transaction, then starts its workflow. With
   * {@code Prefer: wait=N} the answer waits until it is decided or needs people.
   */
  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  public Response submit(
      @Auth Caller caller,
      @HeaderParam("Idempotency-Key") @Nullable String idempotencyKey,
      @HeaderParam("Prefer") @Nullable String prefer,
      InputStream body) {
    Duration wait = Waiting.preferred(prefer);
    checkKey(idempotencyKey);
    Set<String> owning = caller.isPerson() ? Set.of() : owners.of(caller.id());
    NewAction action = proposals.read(body, caller, owning, idempotencyKey, clock.instant());
    return switch (actions.submit(action, submitted(caller, action))) {
      case Submission.Created created -> {
        start(created.action());
        ActionRow now = settle(created.action(), wait);
        yield Response.created(URI.create("/v1/actions/" + now.id()))
            .entity(replies.of(now))
            .build();
      }
      case Submission.Repeated repeated ->
          Response.ok(replies.of(settle(repeated.action(), wait))).build();
      case Submission.Mismatch mismatch ->
          throw new ApiException(
              Code.IDEMPOTENCY_MISMATCH,
              "this idempotency key was used with other content; send a new key");
    };
  }

  /** One action; with {@code wait} the answer comes at the next change of its status. */
  @GET
  @Path("/{id}")
  public ActionReply get(
      @Auth Caller caller, @PathParam("id") String id, @QueryParam("wait") @Nullable String wait) {
    Duration atMost = Waiting.seconds(wait);
    ActionRow row = visibility.visible(caller, id);
    if (!atMost.isZero() && !row.status().isTerminal()) {
      return replies.of(waiting.until(row.id(), atMost, now -> now.status() != row.status()));
    }
    return replies.of(row);
  }

  /** Newest first, with an opaque cursor. */
  @GET
  public Page<ActionReply> list(
      @Auth Caller caller,
      @QueryParam("status") @Nullable String status,
      @QueryParam("target") @Nullable String target,
      @QueryParam("kind") @Nullable String kind,
      @QueryParam("requester") @Nullable String requester,
      @QueryParam("limit") @Nullable String limit,
      @QueryParam("cursor") @Nullable String cursor) {
    int size = Page.size(limit);
    Page.Position after = Page.Position.parse(cursor);
    List<ActionRow> rows =
        actions.list(
            new ActionDao.ActionFilter(
                status == null ? null : statusOf(status).name(),
                filter("target", target),
                filter("kind", kind),
                filter("requester", requester),
                caller.isAuditor(),
                caller.isPerson() && caller.isOperator(),
                caller.type().wireName(),
                caller.id(),
                caller.idpGroups(),
                after == null ? null : after.time(),
                after == null ? null : after.id(),
                size + 1));
    return Page.of(replies.of(rows), size, r -> new Page.Position(r.createdAt(), r.id().value()));
  }

  /**
   * Takes a proposal back: its requester and the people behind it may, until it is approved. While
   * it executes it is stopped, if the target has not committed it yet.
   */
  @POST
  @Path("/{id}/cancel")
  public ActionReply cancel(@Auth Caller caller, @PathParam("id") String id) {
    ActionRow row = visibility.visible(caller, id);
    if (!isParty(caller, row)) {
      throw new ApiException(Code.FORBIDDEN, "only the requester and the people behind it cancel");
    }
    return end(caller, row, CANCELLABLE, ActionStatus.CANCELLED, EventType.ACTION_CANCELLED);
  }

  /**
   * Takes an approval back before it runs, or a granted role before its end: parties, reviewers and
   * operators may. While it executes it is stopped, if the target has not committed it yet.
   */
  @POST
  @Path("/{id}/revoke")
  public ActionReply revoke(@Auth Caller caller, @PathParam("id") String id) {
    ActionRow row = caller.isOperator() ? visibility.existing(id) : visibility.visible(caller, id);
    if (!mayRevoke(caller, row)) {
      throw new ApiException(Code.FORBIDDEN, "only parties, reviewers and operators revoke");
    }
    if (row.status() == ActionStatus.SUCCEEDED && row.kind() == ActionKind.GRANT_ROLE) {
      return endGrant(caller, row);
    }
    return end(
        caller, row, Set.of(ActionStatus.APPROVED), ActionStatus.REVOKED, EventType.ACTION_REVOKED);
  }

  private static boolean mayRevoke(Caller caller, ActionRow row) {
    return isParty(caller, row)
        || (caller.isPerson()
            && (caller.isOperator()
                || !Collections.disjoint(row.reviewIdpGroups(), caller.idpGroups())));
  }

  /** The worker takes the role back; the answer waits a moment for it. */
  private ActionReply endGrant(Caller caller, ActionRow row) {
    Event event = event(caller, row, EventType.GRANT_REVOKED);
    if (!replies.grant(row).map(RoleGrant::isInForce).orElse(false)) {
      throw new ApiException(Code.NOT_PENDING, "the role is taken back already");
    }
    actions.endGrant(row.id(), event);
    engine.look(row.id());
    return replies.of(
        waiting.until(
            row.id(),
            TAKING_BACK,
            now -> !replies.grant(now).map(RoleGrant::isInForce).orElse(false)));
  }

  private ActionReply end(
      Caller caller, ActionRow row, Set<ActionStatus> from, ActionStatus to, EventType type) {
    if (actions.transition(row.id(), from, to, Change.NONE, event(caller, row, type))) {
      engine.look(row.id());
      return replies.of(actions.find(row.id()).orElseThrow());
    }
    if (actions.askStop(row.id(), event(caller, row, EventType.ACTION_STOP_ASKED))) {
      return replies.of(
          waiting.until(row.id(), STOPPING, now -> now.status() != ActionStatus.EXECUTING));
    }
    ActionRow now = actions.find(row.id()).orElseThrow();
    throw new ApiException(
        Code.NOT_PENDING, "the action is " + now.status() + "; it is too late for that");
  }

  private Event event(Caller caller, ActionRow row, EventType type) {
    return new Event(
        clock.instant(),
        type,
        row.id(),
        row.revision(),
        row.digest(),
        null,
        Actors.actor(caller),
        caller.onBehalfOf(),
        Event.Effect.CHANGED,
        null,
        null,
        Map.of());
  }

  private void start(ActionRow row) {
    engine.start(
        row.id(), row.kind().wireName(), row.target(), row.digest(), row.requester().shown());
  }

  private ActionRow settle(ActionRow row, Duration wait) {
    return wait.isZero()
        ? row
        : waiting.until(row.id(), wait, now -> !MOVING.contains(now.status()));
  }

  private static boolean isParty(Caller caller, ActionRow row) {
    return Visibility.isRequester(caller, row)
        || (caller.isPerson() && row.parties().contains(caller.id()));
  }

  private static ActionStatus statusOf(String text) {
    for (ActionStatus status : ActionStatus.values()) {
      if (status.name().equals(text)) {
        return status;
      }
    }
    throw Body.refusal("unknown status `%s`".formatted(Body.shown(text)));
  }

  private static @Nullable String filter(String name, @Nullable String text) {
    if (text != null && (text.length() > 256 || text.indexOf('\0') >= 0)) {
      throw Body.refusal("`%s` must be at most 256 characters without NUL".formatted(name));
    }
    return text;
  }

  private static void checkKey(@Nullable String key) {
    if (key != null && !key.matches("[\\x21-\\x7e]{1,255}")) {
      throw Body.refusal("`Idempotency-Key` must be 1 to 255 visible ASCII characters");
    }
  }

  private static Event submitted(Caller caller, NewAction action) {
    Map<String, Object> details = new HashMap<>();
    details.put("kind", action.kind());
    details.put("target", action.target());
    details.put("request", action.contentHash());
    return new Event(
        action.at(),
        EventType.ACTION_SUBMITTED,
        action.actionId(),
        1,
        action.proposal().digest(),
        null,
        Actors.actor(caller),
        action.onBehalfOf(),
        Event.Effect.CHANGED,
        null,
        null,
        details);
  }
}
