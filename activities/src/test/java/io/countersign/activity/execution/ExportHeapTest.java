package io.countersign.activity.execution;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.ExportData.Format;
import io.countersign.activity.execution.ExecutionFixture.Options;
import io.countersign.store.action.Outcome;
import io.countersign.store.result.ArtifactVault;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A million rows in a process whose whole heap is less than what an export may add to one. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExportHeapTest {
  private static final String HEAP = "-Xmx60m";
  private static final int ROWS = 1_000_000;
  private static final String SQL = "select * from wide order by id";
  private static final String HOW_LARGE = "select pg_total_relation_size('wide')";

  @TempDir Path folder;
  private ExportFixture exports;

  @BeforeAll
  void open() throws Exception {
    exports = new ExportFixture();
    exports.databases.sql(
        """
        create table wide as
          select i as id, 'customer number ' || i as name, md5(i::text) as token,
            now() - i * interval '1 minute' as at, i * 1.5 as amount, i %% 3 = 0 as flag
          from generate_series(1, %d) i;
        alter table wide add primary key (id);
        grant select on wide to public;
        """
            .formatted(ROWS));
  }

  @AfterAll
  void close() {
    exports.close();
  }

  private ActionId million() {
    return exports.export(Options.PLAIN.maxRows(2 * ROWS), Format.CSV, SQL);
  }

  private static String end(Process process, Path output) throws Exception {
    assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
    String said = Files.readString(output);
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }

  private static String sha256(Path file) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[1 << 16];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    }
    return "sha256:" + HexFormat.of().formatHex(digest.digest());
  }

  private void downloadedIn(ActionId id) throws Exception {
    Path output = folder.resolve("download.txt");
    Path file = folder.resolve(id + ".csv");
    var unused =
        end(ExportChild.start(HEAP, exports.databases, file.toString(), id, output), output);
    Outcome outcome = Objects.requireNonNull(exports.databases.row(id).outcome());
    assertThat(outcome.rows()).isEqualTo(ROWS);
    assertThat(Files.size(file)).isEqualTo(outcome.bytes());
    assertThat(sha256(file)).isEqualTo(outcome.resultSha256());
  }

  @Test
  void millionRowsPassThroughASmallHeap() throws Exception {
    assertThat(exports.databases.count(HOW_LARGE)).isGreaterThan(100 << 20);
    ActionId id = million();
    Path output = folder.resolve("export.txt");
    String said = end(ExportChild.start(HEAP, exports.databases, "export", id, output), output);
    assertThat(said).contains("SUCCEEDED");
    downloadedIn(id);
  }

  @Test
  void exportGoesOnAfterItsWorkerIsKilled() throws Exception {
    ActionId id = million();
    Path output = folder.resolve("killed.txt");
    Process worker = ExportChild.start("-Xmx256m", exports.databases, "export", id, output);
    while (exports.pieces(id) < 20) {
      assertThat(worker.isAlive()).as(Files.readString(output)).isTrue();
      Thread.onSpinWait();
    }
    worker.destroyForcibly().waitFor();
    assertThat(exports.databases.row(id).status()).isEqualTo(ActionStatus.EXECUTING);
    assertThat(exports.take(id)).isEmpty();
    assertThat(exports.databases.artifacts.find(id).orElseThrow().state())
        .isEqualTo(ArtifactVault.State.WRITING);

    Path again = folder.resolve("again.txt");
    String said = end(ExportChild.start(HEAP, exports.databases, "export", id, again), again);
    assertThat(said).contains("SUCCEEDED");
    assertThat(exports.files(id)).isEqualTo(1);
    downloadedIn(id);
  }
}
