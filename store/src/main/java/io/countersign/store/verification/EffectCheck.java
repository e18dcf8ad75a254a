package io.countersign.store.verification;

import io.countersign.audit.EventType;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What actions left behind, against their events: roles, decided doubts, stored results. */
final class EffectCheck {
  private EffectCheck() {}

  /** A role that was granted for a while. */
  static Optional<String> grant(StateDao.@Nullable Grant grant, List<Told> told) {
    Optional<Told> given = last(told, EventType.GRANT_GIVEN);
    boolean isTakenBack = last(told, EventType.GRANT_TAKEN_BACK).isPresent();
    if (grant == null) {
      return given.map(event -> "granted a role of which there is no row");
    }
    if (grant.state().equals("ended") != isTakenBack) {
      return Optional.of(isTakenBack ? "still grants its role" : "ended its grant");
    }
    if (grant.state().equals("in_force") && given.isEmpty()) {
      return Optional.of("grants its role");
    }
    if (grant.state().equals("pending") && given.isPresent()) {
      return Optional.of("does not know of its grant");
    }
    if (given.filter(Told::isWhole).filter(event -> !isUntil(event, grant.until())).isPresent()) {
      return Optional.of("grants its role until " + grant.until());
    }
    boolean isEndedEarly = last(told, EventType.GRANT_REVOKED).isPresent();
    return (grant.revokedAt() != null) == isEndedEarly
        ? Optional.empty()
        : Optional.of(isEndedEarly ? "did not end its grant early" : "ended its grant early");
  }

  private static boolean isUntil(Told given, Instant until) {
    try {
      return Instant.parse(given.detail("until")).equals(until);
    } catch (DateTimeException e) {
      return false;
    }
  }

  private static Optional<Told> last(List<Told> told, EventType type) {
    return told.stream().filter(event -> event.is(type)).reduce((earlier, later) -> later);
  }

  /** Whether it took effect, where a person had to find out. */
  static Optional<String> doubt(StateDao.@Nullable Doubt doubt, List<Told> told, People people) {
    Optional<Told> decided = last(told, EventType.ACTION_RECONCILED);
    String decision = doubt == null || doubt.decision() == null ? "" : doubt.decision();
    boolean isSaid =
        decided.isEmpty()
            ? decision.isEmpty()
            : !decided.get().isWhole()
                || (doubt != null
                    && decision.equals(decided.get().detail("decision"))
                    && people.isCalled(doubt.decidedBy(), decided.get().actor()));
    return isSaid ? Optional.empty() : Optional.of("was reconciled otherwise");
  }

  /** Checksums of what it brought home, against the entry that closes it. */
  static Optional<String> results(List<String> sums, List<Told> told) {
    Optional<String> said =
        told.stream()
            .filter(event -> !event.detail("result_sha256").isEmpty())
            .reduce((earlier, later) -> later)
            .map(event -> event.detail("result_sha256"));
    boolean isPruned = told.stream().anyMatch(event -> !event.isWhole());
    return isPruned || sums.stream().allMatch(sum -> said.filter(sum::equals).isPresent())
        ? Optional.empty()
        : Optional.of("has another result");
  }
}
