package io.countersign.activity.execution;

import io.countersign.action.ActionId;
import io.countersign.action.Digest;
import io.countersign.activity.export.ExportProgress;
import io.countersign.activity.export.Exports;
import io.countersign.activity.targets.TargetConfig;
import io.countersign.activity.targets.TargetDatabase;
import io.countersign.sql.Resolution;
import io.countersign.store.Database;
import io.countersign.store.DatabaseConfig;
import io.countersign.store.TestDatabase;
import io.countersign.store.action.ActionStore;
import io.countersign.store.result.ArtifactVault;
import io.countersign.store.result.ResultVault;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** Executes an operation in a process of its own, which can be killed. */
final class OperationChild {
  private OperationChild() {}

  static Process start(GateFixture gate, ActionId id, int port) throws Exception {
    DatabaseConfig control = gate.databases.control.config();
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            OperationChild.class.getName(),
            id.value(),
            control.url(),
            control.user(),
            control.password(),
            gate.databases.config.url(),
            String.valueOf(port))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  public static void main(String[] arguments) throws Exception {
    ActionId id = new ActionId(arguments[0]);
    DatabaseConfig config = new DatabaseConfig(arguments[1], arguments[2], arguments[3]);
    TargetConfig shop = new TargetConfig(arguments[4], "test", null, null, null, null, null);
    try (Database control = Database.open(config).withSubjectKey(TestDatabase.SUBJECT_KEY);
        TargetDatabase target = new TargetDatabase("shop", shop, TargetDatabase.Settings.DEFAULT)) {
      Jdbi jdbi = control.jdbi();
      ActionStore store = new ActionStore(jdbi);
      Digest digest = store.find(id).orElseThrow().digest();
      ArtifactVault artifacts = new ArtifactVault(jdbi, new byte[32], Duration.ofHours(1));
      new ExecutionActivitiesImpl(
              jdbi,
              store,
              new ResultVault(jdbi, new byte[32], Duration.ofHours(1)),
              new Exports(artifacts, 1L << 31, new ExportProgress()),
              Map.of("shop", target),
              OperationFixture.operations(Integer.parseInt(arguments[5]), 1),
              (proposal, connection) -> Optional.of(Resolution.objecting("not looked at")),
              ignored -> {},
              Clock.systemUTC(),
              ExecutionProbe.NONE)
          .execute(id, digest);
    }
    System.exit(0);
  }
}
