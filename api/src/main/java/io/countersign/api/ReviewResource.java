package io.countersign.api;

import io.countersign.action.ActionStatus;
import io.countersign.action.Code;
import io.countersign.action.Decision;
import io.countersign.action.Digest;
import io.countersign.action.Packet;
import io.countersign.api.identity.Caller;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.ActionStore;
import io.countersign.workflow.VoteReceipt;
import io.dropwizard.auth.Auth;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;

/** Reviewing: the packet and the votes. */
@Path("/v1/actions")
@Produces(MediaType.APPLICATION_JSON)
public final class ReviewResource {
  private static final Set<String> FIELDS = Set.of("decision", "action_digest", "reason");
  private static final int MAX_REASON = 2_000;
  private static final Duration DECIDING = Duration.ofSeconds(2);

  private final ActionStore actions;
  private final Votes votes;
  private final Visibility visibility;
  private final Waiting waiting;
  private final Replies replies;
  private final Clock clock;

  ReviewResource(
      ActionStore actions,
      Votes votes,
      Visibility visibility,
      Waiting waiting,
      Replies replies,
      Clock clock) {
    this.actions = actions;
    this.votes = votes;
    this.visibility = visibility;
    this.waiting = waiting;
    this.replies = replies;
    this.clock = clock;
  }

  /** What a reviewer sees. */
  @GET
  @Path("/{id}/packet")
  public PacketReply packet(@Auth Caller caller, @PathParam("id") String id) {
    ActionRow row = visibility.visible(caller, id);
    Packet packet = row.packet();
    Digest digest = row.packetDigest();
    if (!caller.isPerson() || packet == null || digest == null) {
      throw new ApiException(Code.NOT_FOUND, "there is no packet for this caller to see");
    }
    return replies.packet(row, packet, digest, caller);
  }

  /** A person's decision on exactly the digest they saw. */
  @POST
  @Path("/{id}/votes")
  @Consumes(MediaType.APPLICATION_JSON)
  public ActionReply vote(@Auth Caller caller, @PathParam("id") String id, InputStream body) {
    ActionRow row = deciding(caller, id, "vote");
    Body request = Body.read(body, FIELDS);
    Decision decision = decision(request.string("decision", 16));
    String digest = request.string("action_digest", 128);
    if (!Digest.isWellFormed(digest)) {
      throw Body.refusal("`action_digest` must be `sha256:` and 64 hex digits");
    }
    String reason = request.optionalString("reason", MAX_REASON).orElse("");
    return cast(caller, row, decision, new Digest(digest), reason);
  }

  /** Takes the caller's own vote back, before the action has ended. */
  @DELETE
  @Path("/{id}/votes/mine")
  public ActionReply withdraw(@Auth Caller caller, @PathParam("id") String id) {
    ActionRow row = deciding(caller, id, "withdraw");
    return cast(caller, row, Decision.WITHDRAW, row.digest(), "");
  }

  private ActionReply cast(
      Caller caller, ActionRow row, Decision decision, Digest digest, String reason) {
    VoteReceipt receipt =
        votes.cast(
            row.id(), caller.id(), decision, digest, reason, caller.channel(), caller.signedInAt());
    Code code = receipt.code();
    if (!receipt.counted() && code != null) {
      throw new ApiException(code, words(code));
    }
    // Votes that decide are answered with the decision, where it comes soon.
    return replies.of(
        waiting.until(
            row.id(),
            DECIDING,
            now -> now.status() != ActionStatus.PENDING_REVIEW || replies.isOpen(now)));
  }

  /** An agent's attempt to decide is evidence too. */
  private ActionRow deciding(Caller caller, String id, String attempt) {
    ActionRow row = caller.isPerson() ? visibility.existing(id) : visibility.visible(caller, id);
    if (!caller.isPerson()) {
      Code code = Code.AGENT_CANNOT_DECIDE;
      throw new RefusedAttempts(actions, clock).refuse(caller, row, attempt, code, words(code));
    }
    return row;
  }

  private static Decision decision(String text) {
    return switch (text) {
      case "approve" -> Decision.APPROVE;
      case "deny" -> Decision.DENY;
      default -> throw Body.refusal("`decision` must be `approve` or `deny`");
    };
  }

  /** What a voter reads when a vote was refused. */
  public static String words(Code code) {
    return switch (code) {
      case PARTY_CANNOT_APPROVE ->
          "you are a party to this action: it runs for you, through your agent or by your edit";
      case NOT_A_REVIEWER -> "you hold none of the seats this action needs";
      case AGENT_CANNOT_DECIDE -> "agents propose; only people decide";
      case STALE_DIGEST -> "your vote names another digest than the action has; look at it again";
      case NOT_PENDING -> "the action no longer waits for votes; yours is recorded without effect";
      case STEP_UP_REQUIRED -> "decide this in the console, after a fresh sign-in";
      case NOT_LINKED -> "link your account to your sign-in first";
      default -> "the vote was refused: " + code;
    };
  }
}
