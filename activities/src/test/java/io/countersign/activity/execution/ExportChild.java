package io.countersign.activity.execution;

import io.countersign.action.ActionId;
import io.countersign.action.Digest;
import io.countersign.activity.export.ExportProgress;
import io.countersign.activity.export.Exports;
import io.countersign.activity.targets.TargetConfig;
import io.countersign.activity.targets.TargetConfig.Credentials;
import io.countersign.activity.targets.TargetConfig.Login;
import io.countersign.activity.targets.TargetDatabase;
import io.countersign.sql.Resolution;
import io.countersign.store.Database;
import io.countersign.store.DatabaseConfig;
import io.countersign.store.TestDatabase;
import io.countersign.store.action.ActionStore;
import io.countersign.store.result.ArtifactReader;
import io.countersign.store.result.ArtifactVault;
import io.countersign.store.result.ResultVault;
import io.countersign.workflow.ExecutionActivities.Executed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** Exports, or downloads what was exported, in a process of its own; its heap is what it gets. */
final class ExportChild {
  private ExportChild() {}

  static Process start(String heap, ExecutionFixture fixture, String what, ActionId id, Path output)
      throws Exception {
    DatabaseConfig control = fixture.control.config();
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            heap,
            "-XX:+UseSerialGC",
            "-XX:+ExitOnOutOfMemoryError",
            "-cp",
            System.getProperty("java.class.path"),
            ExportChild.class.getName(),
            what,
            id.value(),
            control.url(),
            control.user(),
            control.password(),
            fixture.config.url(),
            fixture.readRole())
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
  }

  public static void main(String[] arguments) throws Exception {
    ActionId id = new ActionId(arguments[1]);
    DatabaseConfig config = new DatabaseConfig(arguments[2], arguments[3], arguments[4]);
    try (Database control = Database.open(config).withSubjectKey(TestDatabase.SUBJECT_KEY)) {
      Jdbi jdbi = control.jdbi();
      ArtifactVault artifacts = new ArtifactVault(jdbi, new byte[32], Duration.ofHours(1));
      if (arguments[0].equals("export")) {
        export(jdbi, artifacts, id, arguments[5], arguments[6]);
      } else {
        download(jdbi, artifacts, id, Path.of(arguments[0]));
      }
    }
    System.exit(0);
  }

  private static void export(
      Jdbi jdbi, ArtifactVault artifacts, ActionId id, String url, String role) {
    TargetConfig config =
        new TargetConfig(
            url,
            "test",
            null,
            new Credentials(new Login(role, "read-secret"), null, null, null),
            null,
            null,
            null);
    ActionStore store = new ActionStore(jdbi);
    Digest digest = store.find(id).orElseThrow().digest();
    try (TargetDatabase target =
        new TargetDatabase("shop", config, TargetDatabase.Settings.DEFAULT)) {
      Executed executed =
          new ExecutionActivitiesImpl(
                  jdbi,
                  store,
                  new ResultVault(jdbi, new byte[32], Duration.ofHours(1)),
                  new Exports(artifacts, 1L << 31, new ExportProgress()),
                  Map.of("shop", target),
                  (proposal, connection) -> Optional.of(Resolution.objecting("not looked at")),
                  ignored -> {},
                  Clock.systemUTC(),
                  ExecutionProbe.NONE)
              .execute(id, digest);
      System.out.println(executed.status());
    }
  }

  private static void download(Jdbi jdbi, ArtifactVault artifacts, ActionId id, Path to)
      throws Exception {
    ArtifactReader file = jdbi.inTransaction(handle -> artifacts.take(handle, id).orElseThrow());
    try (var out = Files.newOutputStream(to)) {
      file.writeTo(out);
    }
  }
}
