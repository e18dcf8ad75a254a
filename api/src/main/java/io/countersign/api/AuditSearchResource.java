package io.countersign.api;

import io.countersign.action.ActionId;
import io.countersign.action.Code;
import io.countersign.api.identity.Caller;
import io.countersign.audit.EventType;
import io.countersign.store.evidence.EntrySearch;
import io.dropwizard.auth.Auth;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Auditors search the whole log, newest first. */
@Path("/v1/audit/search")
@Produces(MediaType.APPLICATION_JSON)
public final class AuditSearchResource {
  private static final int MAX_ACTOR = 200;

  private final EntrySearch search;

  public AuditSearchResource(EntrySearch search) {
    this.search = search;
  }

  /** Every parameter narrows the search; none is needed. */
  @GET
  public Page<EntrySearch.Found> search(
      @Auth Caller caller,
      @QueryParam("type") @Nullable String type,
      @QueryParam("action") @Nullable String action,
      @QueryParam("actor") @Nullable String actor,
      @QueryParam("from") @Nullable String from,
      @QueryParam("to") @Nullable String to,
      @QueryParam("limit") @Nullable String limit,
      @QueryParam("cursor") @Nullable String cursor) {
    if (!caller.isPerson() || !caller.isAuditor()) {
      throw new ApiException(Code.FORBIDDEN, "only auditors read the log");
    }
    int size = Page.size(limit);
    EntrySearch.Filter filter =
        new EntrySearch.Filter(
            type == null ? null : typeOf(type),
            action == null ? null : actionOf(action),
            actor == null ? null : actorOf(actor),
            from == null ? null : timeOf("from", from),
            to == null ? null : timeOf("to", to),
            cursor == null ? null : position(cursor));
    List<EntrySearch.Found> found = search.find(filter, size + 1);
    List<EntrySearch.Found> items = found.stream().limit(size).toList();
    return new Page<>(items, found.size() > size ? cursorAfter(items.getLast()) : null);
  }

  private static EventType typeOf(String text) {
    return Arrays.stream(EventType.values())
        .filter(type -> type.wireName().equals(text))
        .findFirst()
        .orElseThrow(
            () -> Body.refusal("`type` is no type of entry; expected one as `vote.counted`"));
  }

  private static ActionId actionOf(String text) {
    if (!ActionId.isWellFormed(text)) {
      throw Body.refusal("`action` must be an action's id, `act_` and 26 characters");
    }
    return new ActionId(text);
  }

  private static String actorOf(String text) {
    boolean wellFormed =
        !text.isEmpty()
            && text.length() <= MAX_ACTOR
            && text.codePoints()
                .noneMatch(c -> c < ' ' || Character.getType(c) == Character.SURROGATE);
    if (!wellFormed) {
      throw Body.refusal("`actor` must be an id of 1 to 200 characters");
    }
    return text;
  }

  private static Instant timeOf(String name, String text) {
    try {
      return ours(Instant.parse(text));
    } catch (DateTimeException e) {
      throw Body.refusal(
          "`" + name + "` must be a time between 2000 and 9999 as `2026-01-02T03:04:05Z`");
    }
  }

  /** PostgreSQL knows fewer years than Java. */
  private static Instant ours(Instant time) {
    int year = time.atOffset(ZoneOffset.UTC).getYear();
    if (year < 2000 || year > 9999) {
      throw new DateTimeException("out of range");
    }
    return time;
  }

  private static String cursorAfter(EntrySearch.Found last) {
    byte[] bytes = (last.at() + " " + last.index()).getBytes(StandardCharsets.UTF_8);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static EntrySearch.Position position(String cursor) {
    try {
      String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
      String[] parts = text.split(" ", 2);
      if (parts.length == 2 && parts[1].matches("\\d{1,18}")) {
        return new EntrySearch.Position(ours(Instant.parse(parts[0])), Long.parseLong(parts[1]));
      }
    } catch (IllegalArgumentException | DateTimeException notOurs) {
      // Falls through to the one message for every wrong form.
    }
    throw Body.refusal("`cursor` is not one this service gave out");
  }
}
