package io.countersign.activity.execution;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.ExportData.Format;
import io.countersign.activity.execution.ExecutionFixture.Options;
import io.countersign.store.DatabaseConfig;
import io.countersign.store.action.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/** Prints how fast an export is beside psql's COPY of the same rows, on a real server. */
public final class ExportTiming {
  private static final int ROWS = 1_000_000;
  private static final String SQL = "select * from wide";
  private static final String TABLE =
      """
      create table wide as
        select i as id, 'customer number ' || i as name, md5(i::text) as token,
          now() - i * interval '1 minute' as at, i * 1.5 as amount, i %% 3 = 0 as flag
        from generate_series(1, %d) i;
      grant select on wide to public
      """;

  private ExportTiming() {}

  public static void main(String[] arguments) throws Exception {
    int rounds = arguments.length == 0 ? 20 : Integer.parseInt(arguments[0]);
    try (ExportFixture exports = new ExportFixture()) {
      exports.databases.sql(TABLE.formatted(ROWS));
      exports.databases.sql("vacuum analyze wide");
      List<Long> copies = new ArrayList<>();
      List<Long> ours = new ArrayList<>();
      long bytes = 0;
      for (int i = 0; i < rounds; i++) {
        copies.add(copy(exports.databases.admin));
        ActionId id = exports.export(Options.PLAIN.maxRows(ROWS), Format.CSV, SQL);
        ours.add(export(exports.databases, id));
        Outcome outcome = Objects.requireNonNull(exports.databases.row(id).outcome());
        bytes = Objects.requireNonNull(outcome.bytes());
        System.out.printf(
            "round %d: copy %.2f s, export %.2f s%n",
            i + 1, copies.get(i) / 1e9, ours.get(i) / 1e9);
        exports
            .databases
            .control
            .database()
            .jdbi()
            .useHandle(h -> h.execute("truncate artifact_chunk"));
      }
      print("COPY TO STDOUT by psql", bytes, copies);
      print("export_data", bytes, ours);
      System.out.printf(
          "export_data has %.0f %% of the throughput of COPY (medians of %d rounds; first round:"
              + " %.0f %%)%n",
          100.0 * median(copies) / median(ours),
          rounds,
          100.0 * copies.getFirst() / ours.getFirst());
    }
    System.exit(0);
  }

  private static long export(ExecutionFixture databases, ActionId id) {
    long from = System.nanoTime();
    ActionStatus status = databases.activities().execute(id, databases.digest(id)).status();
    if (status != ActionStatus.SUCCEEDED) {
      throw new IllegalStateException("the export is " + status);
    }
    return System.nanoTime() - from;
  }

  /** From the start of psql to its end, as a script would; its output is read and dropped. */
  private static long copy(DatabaseConfig target) throws IOException, InterruptedException {
    String url = target.url().replaceFirst("^jdbc:", "").replaceFirst("\\?.*", "");
    ProcessBuilder psql =
        new ProcessBuilder(
                "psql",
                "-X",
                "-d",
                url,
                "-U",
                target.user(),
                "-c",
                "copy (" + SQL + ") to stdout with (format csv, header)")
            .redirectError(Redirect.INHERIT);
    psql.environment().put("PGPASSWORD", target.password());
    long from = System.nanoTime();
    Process process = psql.start();
    try (InputStream out = process.getInputStream()) {
      var unused = out.transferTo(OutputStream.nullOutputStream());
    }
    if (process.waitFor() != 0) {
      throw new IllegalStateException("psql ended with " + process.exitValue());
    }
    return System.nanoTime() - from;
  }

  private static void print(String what, long bytes, List<Long> nanos) {
    System.out.printf(
        "%s: %,d rows, %,d bytes: median %.2f s, %.0f MB/s%n",
        what, ROWS, bytes, median(nanos) / 1e9, bytes * 1e3 / median(nanos));
  }

  private static long median(List<Long> nanos) {
    List<Long> sorted = new ArrayList<>(nanos);
    Collections.sort(sorted);
    return sorted.get(sorted.size() / 2);
  }
}
