package io.countersign.api;

import io.countersign.action.Code;
import io.countersign.api.identity.Caller;
import io.countersign.audit.Receipt;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.Ballot;
import io.countersign.store.action.BallotDao;
import io.countersign.store.evidence.AuditLog;
import io.countersign.store.evidence.TimelineItem;
import io.dropwizard.auth.Auth;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** What happened to one action: its timeline, and the receipt that proves it. */
@Path("/v1/actions")
@Produces(MediaType.APPLICATION_JSON)
public final class EvidenceResource {
  private static final Duration INTEGRATION = Duration.ofSeconds(2);
  private static final Duration STEP = Duration.ofMillis(25);

  private final AuditLog log;
  private final Jdbi jdbi;
  private final Visibility visibility;

  EvidenceResource(AuditLog log, Jdbi jdbi, Visibility visibility) {
    this.log = log;
    this.jdbi = jdbi;
    this.visibility = visibility;
  }

  /** The action's timeline, oldest first. Agents do not see who the people are. */
  @GET
  @Path("/{id}/events")
  public Page<TimelineItem> events(@Auth Caller caller, @PathParam("id") String id) {
    ActionRow row = visibility.visible(caller, id);
    return new Page<>(
        log.timeline(row.id()).stream()
            .map(item -> Visibility.maySeePeople(caller) ? item : item.withoutPeople())
            .toList(),
        null);
  }

  /**
   * The receipt; asked right after the end it waits until the log has signed the last entry.
   *
   * @param subjects {@code true} to have it say who its people are, and prove it
   */
  @GET
  @Path("/{id}/receipt")
  public Response receipt(
      @Auth Caller caller,
      @PathParam("id") String id,
      @QueryParam("subjects") @Nullable String subjects) {
    boolean named = Flag.of("subjects", subjects);
    ActionRow row = visibility.visible(caller, id);
    if (!mayHaveReceipt(caller, row)) {
      throw new ApiException(
          Code.FORBIDDEN, "receipts are for the requester, the voters and auditors");
    }
    requireMaySeePeople(caller, named);
    if (!row.status().isTerminal()) {
      throw new ApiException(Code.NOT_FOUND, "the action has not ended; there is no receipt yet");
    }
    return file(signed(row, () -> log.receipt(row.id())), named, row.id() + ".receipt.json");
  }

  /**
   * The receipt of one vote, for its voter and for auditors; {@code mine} is the caller's newest
   * one. It proves what somebody approved or denied, before the action ends too.
   */
  @GET
  @Path("/{id}/votes/{vote}/receipt")
  public Response voteReceipt(
      @Auth Caller caller,
      @PathParam("id") String id,
      @PathParam("vote") String vote,
      @QueryParam("subjects") @Nullable String subjects) {
    boolean named = Flag.of("subjects", subjects);
    ActionRow row = visibility.visible(caller, id);
    Ballot ballot =
        ballots(row).stream()
            .filter(
                cast ->
                    vote.equals("mine")
                        ? cast.personId().equals(caller.id())
                        : cast.voteId().equals(vote))
            .filter(cast -> caller.isAuditor() || cast.personId().equals(caller.id()))
            .reduce((earlier, later) -> later)
            .orElseThrow(() -> new ApiException(Code.NOT_FOUND, "there is no such vote of yours"));
    requireMaySeePeople(caller, named);
    return file(
        signed(row, () -> log.voteReceipt(row.id(), ballot.voteId())),
        named,
        row.id() + ".vote-receipt.json");
  }

  private static void requireMaySeePeople(Caller caller, boolean named) {
    if (named && !Visibility.maySeePeople(caller)) {
      throw new ApiException(
          Code.FORBIDDEN, "only people learn who the people are; leave `subjects` out");
    }
  }

  private Response file(Receipt receipt, boolean named, String plainName) {
    String name = named ? plainName.replaceFirst("\\.", ".named.") : plainName;
    return Response.ok((named ? log.withSubjects(receipt) : receipt).text())
        .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"%s\"".formatted(name))
        .build();
  }

  private Receipt signed(ActionRow row, Supplier<Optional<Receipt>> made) {
    long end = System.nanoTime() + INTEGRATION.toNanos();
    Optional<Receipt> receipt = made.get();
    if (receipt.isEmpty() && log.isPruned(row.id())) {
      throw new ApiException(
          Code.GONE, "the time to keep it is over: a receipt that was stored before stays valid");
    }
    while (receipt.isEmpty() && System.nanoTime() < end) {
      LockSupport.parkNanos(STEP.toNanos());
      receipt = made.get();
    }
    return receipt.orElseThrow(
        () ->
            new ApiException(
                Code.UNAVAILABLE, "the log has not signed the last entry yet; ask again"));
  }

  private boolean mayHaveReceipt(Caller caller, ActionRow row) {
    return Visibility.isRequester(caller, row)
        || caller.isAuditor()
        || row.parties().contains(caller.id())
        || ballots(row).stream().anyMatch(ballot -> ballot.personId().equals(caller.id()));
  }

  private List<Ballot> ballots(ActionRow row) {
    return jdbi.withExtension(BallotDao.class, ballots -> ballots.ofAction(row.id().value()));
  }
}
