package io.countersign.action;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RequirementTest {
  private static final SortedMap<String, Integer> ONE_DBA = new TreeMap<>(Map.of("dba", 1));
  private static final SortedMap<String, Integer> TWO_DBA = new TreeMap<>(Map.of("dba", 2));
  private static final SortedMap<String, Integer> SECURITY = new TreeMap<>(Map.of("security", 1));

  @Test
  void bothRequirementsTakeTheLargerCountOfAGroup() {
    assertThat(new Requirement(List.of(ONE_DBA)).and(new Requirement(List.of(TWO_DBA))))
        .isEqualTo(new Requirement(List.of(TWO_DBA)));
    assertThat(new Requirement(List.of(ONE_DBA)).and(new Requirement(List.of(SECURITY))))
        .isEqualTo(new Requirement(List.of(new TreeMap<>(Map.of("dba", 1, "security", 1)))));
  }

  @Test
  void everyPairOfAlternativesCountsOnce() {
    Requirement both = new Requirement(List.of(ONE_DBA, TWO_DBA));

    assertThat(both.and(both).alternatives()).containsExactly(ONE_DBA, TWO_DBA);
  }

  @Test
  void groupsAreThoseOfEveryAlternative() {
    Requirement requirement =
        new Requirement(
            List.of(
                new TreeMap<>(Map.of("security", 2)),
                new TreeMap<>(Map.of("owners", 1, "security", 1))));
    assertThat(requirement.groups()).containsExactly("owners", "security");
    assertThat(Requirement.NONE.groups()).isEmpty();
  }

  @Test
  void nobodyCanMeetARequirementWithoutAlternatives() {
    assertThat(new Requirement(List.of(ONE_DBA)).and(Requirement.NONE)).isEqualTo(Requirement.NONE);
  }

  @Test
  void widerRequirementKeepsWhatSufficedBefore() {
    Requirement wider = new Requirement(List.of(ONE_DBA)).plus(List.of(SECURITY, ONE_DBA));

    assertThat(wider.alternatives()).containsExactly(ONE_DBA, SECURITY);
  }
}
