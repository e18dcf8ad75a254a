package io.countersign.store.verification;

import static java.util.function.Predicate.not;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.action.ActionStatus;
import io.countersign.audit.EventType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** An action's own row against its events: what it asks for, where it stands, what came of it. */
final class ActionCheck {
  private static final Map<EventType, Set<ActionStatus>> LEADS_TO =
      Map.ofEntries(
          Map.entry(EventType.ACTION_SUBMITTED, Set.of(ActionStatus.EVALUATING)),
          Map.entry(EventType.ACTION_REFUSED, Set.of(ActionStatus.REFUSED)),
          Map.entry(EventType.ACTION_PENDING, Set.of(ActionStatus.PENDING_REVIEW)),
          Map.entry(EventType.ACTION_APPROVED, Set.of(ActionStatus.APPROVED)),
          Map.entry(EventType.ACTION_DENIED, Set.of(ActionStatus.DENIED)),
          Map.entry(EventType.ACTION_EXPIRED, Set.of(ActionStatus.EXPIRED)),
          Map.entry(EventType.ACTION_CANCELLED, Set.of(ActionStatus.CANCELLED)),
          Map.entry(EventType.ACTION_EXECUTING, Set.of(ActionStatus.EXECUTING)),
          Map.entry(EventType.ACTION_REVOKED, Set.of(ActionStatus.REVOKED)),
          Map.entry(EventType.ACTION_LAPSED, Set.of(ActionStatus.LAPSED)),
          Map.entry(EventType.ACTION_SUCCEEDED, Set.of(ActionStatus.SUCCEEDED)),
          Map.entry(EventType.ACTION_FAILED, Set.of(ActionStatus.FAILED)),
          Map.entry(EventType.ACTION_UNKNOWN, Set.of(ActionStatus.NEEDS_RECONCILIATION)),
          // Of a migration in parts that took effect in part it is a failure too.
          Map.entry(
              EventType.ACTION_RECONCILED, Set.of(ActionStatus.SUCCEEDED, ActionStatus.FAILED)));

  /** Whoever asks for these may have looked at the row just before it got another revision. */
  private static final Set<String> ONE_BEHIND =
      Set.of(
          ActionStatus.PENDING_REVIEW.name(),
          ActionStatus.CANCELLED.name(),
          ActionStatus.REVOKED.name());

  private final LiveAction action;
  private final List<Told> told;
  private final People people;

  private ActionCheck(LiveAction action, List<Told> told, People people) {
    this.action = action;
    this.told = told;
    this.people = people;
  }

  /** What is wrong with it first. */
  static Optional<String> of(LiveAction action, List<Told> told, People people) {
    return new ActionCheck(action, told, people).find();
  }

  private Optional<String> find() {
    return status().or(this::request).or(this::form).or(this::packet).or(this::outcome);
  }

  /** The last event that moved it. */
  private Optional<Told> last() {
    return told.stream()
        .filter(event -> LEADS_TO.keySet().stream().anyMatch(event::is))
        .reduce((earlier, later) -> later);
  }

  private Optional<String> status() {
    boolean isSaid =
        last().stream()
            .flatMap(event -> LEADS_TO.entrySet().stream().filter(to -> event.is(to.getKey())))
            .flatMap(to -> to.getValue().stream())
            .anyMatch(status -> status.name().equals(action.status()));
    return when(!isSaid, "is " + action.status());
  }

  private static Optional<String> when(boolean isWrong, String what) {
    return isWrong ? Optional.of(what) : Optional.empty();
  }

  /** Against what was submitted. */
  private Optional<String> request() {
    Optional<Told> found =
        told.stream()
            .filter(event -> event.is(EventType.ACTION_SUBMITTED))
            .filter(Told::isWhole)
            .findFirst();
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Told submitted = found.get();
    boolean isOfRequester =
        action.isPersons()
            ? people.isCalled(action.requesterId(), submitted.actor())
            : action.requesterId().equals(submitted.actor());
    if (!isOfRequester || !people.isCalled(action.onBehalfOf(), submitted.text("on_behalf_of"))) {
      return Optional.of("is asked for by somebody else");
    }
    String request = submitted.detail("request");
    if (!request.isEmpty() && !request.equals(action.contentHash())) {
      return Optional.of("has another hash of its request");
    }
    // A digest is over the ids of people; of those who were forgotten the row has none.
    if (action.people().anyMatch(people::isShredded)) {
      return Optional.empty();
    }
    return when(
            !isSame(action.digestAs(1), submitted.text("digest")),
            "asks for something else, by its kind, target, arguments, limits or requester")
        .or(
            () ->
                when(
                    !request.isEmpty() && !isSame(action.requestHash(), request),
                    "gives another reason or ticket"))
        .or(
            () ->
                when(
                    !isSame(action.digestAs(action.revision()), action.digest()),
                    "has another digest or revision"));
  }

  private static boolean isSame(Optional<String> computed, String said) {
    return computed.filter(said::equals).isPresent();
  }

  /** Against the last event that moved it. */
  private Optional<String> form() {
    return last()
        .filter(Told::isWhole)
        .filter(
            event -> {
              int revision = event.body().path("revision").asInt();
              return revision == action.revision()
                  ? !event.text("digest").equals(action.digest())
                  : revision != action.revision() - 1 || !ONE_BEHIND.contains(action.status());
            })
        .map(event -> "has another digest or revision");
  }

  private Optional<String> packet() {
    Optional<String> hash = action.packetHash();
    if (hash.isPresent() && !hash.get().equals(action.packetDigest())) {
      return Optional.of("shows another packet");
    }
    return last()
        .map(event -> event.detail("packet") + event.detail("packet_digest"))
        .filter(not(String::isEmpty))
        .filter(said -> !said.equals(action.packetDigest()))
        .map(said -> "shows another packet");
  }

  private Optional<String> outcome() {
    return last()
        .filter(event -> action.status().equals(ActionStatus.SUCCEEDED.name()))
        .filter(Told::isWhole)
        .filter(event -> !isOf(event.details()))
        .map(event -> "has another outcome");
  }

  private boolean isOf(JsonNode details) {
    JsonNode stored = action.result();
    return details.has("rows") == stored.isObject()
        && details.path("rows").asLong() == stored.path("rows").asLong()
        && (!stored.isObject()
            || List.of("guarantee", "executed_at", "result_sha256").stream()
                .allMatch(
                    name -> details.path(name).asText("").equals(stored.path(name).asText(""))));
  }
}
