package io.countersign.activity.execution;

import io.countersign.action.ActionId;
import io.countersign.activity.export.ExportProgress;
import io.countersign.activity.export.Exports;
import io.countersign.activity.targets.TargetConfig;
import io.countersign.activity.targets.TargetDatabase;
import io.countersign.sql.Resolution;
import io.countersign.store.action.ActionStore;
import io.countersign.store.result.ArtifactVault;
import io.countersign.store.result.ResultVault;
import io.countersign.workflow.ExecutionActivities;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jdbi.v3.core.Jdbi;

/**
 * The production code of an execution, which tells at every step of the protocol that it is there.
 */
public final class ProbedExecution {
  private static final Duration LOCK = Duration.ofMillis(800);
  private static final Duration IDLE = Duration.ofSeconds(3);

  private ProbedExecution() {}

  /** The names of the steps, in order; no single guarantee passes all of them. */
  public static List<String> steps() {
    return Arrays.stream(ExecutionProbe.Step.values()).map(Enum::name).toList();
  }

  /** Limits on the target that are short enough for a test to see them pass. */
  public static TargetDatabase target(String name, TargetConfig config) {
    return new TargetDatabase(name, config, new TargetDatabase.Settings(LOCK, IDLE, 1 << 20));
  }

  /** Executes as a worker does, but for the catalogue and the policy, which are not asked again. */
  public static ExecutionActivities of(
      Jdbi jdbi, ResultVault vault, TargetDatabase target, BiConsumer<String, ActionId> reached) {
    return new ExecutionActivitiesImpl(
        jdbi,
        new ActionStore(jdbi),
        vault,
        new Exports(
            new ArtifactVault(jdbi, new byte[32], Duration.ofHours(1)),
            1 << 30,
            new ExportProgress()),
        Map.of(target.target().name(), target),
        (proposal, connection) -> Optional.of(Resolution.objecting("not looked at")),
        id -> {},
        Clock.systemUTC(),
        (step, id) -> reached.accept(step.name(), id));
  }
}
