package io.countersign.api;

import io.countersign.action.Code;
import io.countersign.api.identity.Caller;
import io.countersign.audit.Receipt;
import io.countersign.store.ActionRow;
import io.countersign.store.AuditLog;
import io.countersign.store.BallotDao;
import io.countersign.store.TimelineItem;
import io.dropwizard.auth.Auth;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

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
            .map(item -> caller.isPerson() ? item : item.withoutPeople())
            .toList(),
        null);
  }

  /** The receipt; asked right after the end it waits until the log has signed the last entry. */
  @GET
  @Path("/{id}/receipt")
  public Response receipt(@Auth Caller caller, @PathParam("id") String id) {
    ActionRow row = visibility.visible(caller, id);
    if (!mayHaveReceipt(caller, row)) {
      throw new ApiException(
          Code.FORBIDDEN, "receipts are for the requester, the voters and auditors");
    }
    if (!row.status().isTerminal()) {
      throw new ApiException(Code.NOT_FOUND, "the action has not ended; there is no receipt yet");
    }
    Receipt receipt =
        signed(row)
            .orElseThrow(
                () ->
                    new ApiException(
                        Code.UNAVAILABLE, "the log has not signed the last entry yet; ask again"));
    return Response.ok(receipt.text())
        .header(
            HttpHeaders.CONTENT_DISPOSITION,
            "attachment; filename=\"%s.receipt.json\"".formatted(row.id()))
        .build();
  }

  private Optional<Receipt> signed(ActionRow row) {
    long end = System.nanoTime() + INTEGRATION.toNanos();
    Optional<Receipt> receipt = log.receipt(row.id());
    while (receipt.isEmpty() && System.nanoTime() < end) {
      try {
        Thread.sleep(STEP);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return receipt;
      }
      receipt = log.receipt(row.id());
    }
    return receipt;
  }

  private boolean mayHaveReceipt(Caller caller, ActionRow row) {
    return Visibility.isRequester(caller, row)
        || caller.isAuditor()
        || row.parties().contains(caller.id())
        || jdbi
            .withExtension(BallotDao.class, ballots -> ballots.ofAction(row.id().value()))
            .stream()
            .anyMatch(ballot -> ballot.personId().equals(caller.id()));
  }
}
