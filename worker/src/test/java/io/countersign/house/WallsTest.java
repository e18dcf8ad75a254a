package io.countersign.house;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import io.countersign.audit.CanonicalJson;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every wall stands in the product, and rejects a class that is guilty on purpose. */
class WallsTest {
  private static final JavaClasses PRODUCT =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("io.countersign");

  static Stream<Arguments> wallsAndTheirCanaries() {
    return Stream.of(
        wall(Walls.CORE_STANDS_ALONE, "io.countersign.action.GuiltyOfStore"),
        wall(Walls.CORE_STANDS_ALONE, "io.countersign.policy.GuiltyOfTemporal"),
        wall(Walls.CORE_HAS_NO_INPUT_OR_OUTPUT, "io.countersign.audit.GuiltyOfFiles"),
        wall(Walls.CORE_HAS_NO_INPUT_OR_OUTPUT, "io.countersign.sql.GuiltyOfSockets"),
        wall(Walls.CORE_HAS_NO_CLOCK, "io.countersign.policy.GuiltyOfClock"),
        wall(Walls.STORE_KNOWS_CORE_ONLY, "io.countersign.store.GuiltyOfWorkflow"),
        wall(Walls.WORKFLOWS_KNOW_CORE_ONLY, "io.countersign.workflow.GuiltyOfStore"),
        wall(Walls.WORKFLOWS_DO_NOT_JUDGE, "io.countersign.workflow.GuiltyOfJudgement"),
        wall(Walls.WORKFLOW_CODE_HAS_NO_INPUT_OR_OUTPUT, "io.countersign.workflow.GuiltyOfFiles"),
        wall(Walls.WORKFLOW_CODE_HAS_NO_CLOCK, "io.countersign.workflow.GuiltyOfClock"),
        wall(Walls.WORKFLOW_CODE_HAS_NO_CHANCE, "io.countersign.workflow.GuiltyOfChance"),
        wall(Walls.WORKFLOW_CODE_HAS_NO_THREADS, "io.countersign.workflow.GuiltyOfThreads"),
        wall(
            Walls.WORKFLOW_CODE_DOES_NOT_CALL_TEMPORAL_FROM_OUTSIDE,
            "io.countersign.workflow.GuiltyOfCalling"),
        wall(Walls.API_HOLDS_NO_TARGET_AND_NO_SENDER, "io.countersign.api.GuiltyOfSlackClient"),
        wall(Walls.API_HOLDS_NO_TARGET_AND_NO_SENDER, "io.countersign.api.GuiltyOfActivity"),
        wall(Walls.ACTIVITIES_DO_NOT_KNOW_THE_API, "io.countersign.activity.GuiltyOfApi"),
        wall(Walls.THE_WITNESS_KNOWS_CORE_ONLY, "io.countersign.witness.GuiltyOfStore"),
        wall(Walls.THE_WITNESS_IS_STARTED_AND_NOT_USED, "io.countersign.store.GuiltyOfWitness"),
        wall(Walls.NAMES_SAY_WHAT_A_CLASS_IS, "io.countersign.api.GuiltyHelper"));
  }

  private static Arguments wall(ArchRule rule, String canary) {
    return argumentSet(canary, rule, canary);
  }

  @ParameterizedTest
  @MethodSource("wallsAndTheirCanaries")
  void theProductKeepsTheWall(ArchRule rule, String canary) {
    rule.allowEmptyShould(true).check(PRODUCT);
  }

  @ParameterizedTest
  @MethodSource("wallsAndTheirCanaries")
  void theWallRejectsItsCanary(ArchRule rule, String canary) throws Exception {
    JavaClasses guilty = new ClassFileImporter().importClasses(Class.forName(canary));
    var result = rule.evaluate(guilty);
    assertThat(result.hasViolation()).as("%s breaks: %s", canary, rule.getDescription()).isTrue();
    assertThat(result.getFailureReport().getDetails()).allMatch(line -> line.contains(canary));
  }

  @Test
  void theProductWasFound() {
    for (String part :
        new String[] {"action", "sql", "policy", "audit", "store", "evidence", "workflow"}) {
      var inPart = PRODUCT.stream().filter(c -> c.getPackageName().endsWith("." + part));
      assertThat(inPart).as(part).hasSizeGreaterThan(3);
    }
    assertThat(PRODUCT).noneMatch(c -> c.getSimpleName().startsWith("GuiltyOf"));
  }

  /** Digests of actions and of evidence are made of the same canonical text. */
  @Test
  void packagesFormNoCircle() {
    SlicesRuleDefinition.slices()
        .matching("io.countersign.(*)..")
        .should()
        .beFreeOfCycles()
        .ignoreDependency(alwaysTrue(), type(CanonicalJson.class))
        .check(PRODUCT);
  }

  static Stream<Arguments> partsAndTwoOfTheirRooms() {
    return Stream.of(
        Arguments.of("activity", "review", "channel"),
        Arguments.of("api", "identity", "slack"),
        Arguments.of("store", "person", "evidence"));
  }

  @ParameterizedTest
  @MethodSource("partsAndTwoOfTheirRooms")
  void roomsFormNoCircle(String part, String room, String other) throws Exception {
    ArchRule rule = Walls.roomsFormNoCircle(part);
    rule.check(PRODUCT);
    Class<?> guilty = Class.forName(inRoom(part, room));
    Class<?> too = Class.forName(inRoom(part, other));
    assertThat(rule.evaluate(new ClassFileImporter().importClasses(guilty)).hasViolation())
        .as("one way alone")
        .isFalse();
    assertThat(rule.evaluate(new ClassFileImporter().importClasses(guilty, too)).hasViolation())
        .as("a circle")
        .isTrue();
  }

  private static String inRoom(String part, String room) {
    return "io.countersign." + part + "." + room + ".GuiltyOfCircle";
  }
}
