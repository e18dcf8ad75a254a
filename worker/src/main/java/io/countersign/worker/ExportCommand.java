package io.countersign.worker;

import io.countersign.audit.KeyRing;
import io.countersign.store.Database;
import io.countersign.store.anchor.AnchorSource;
import io.countersign.store.auditor.AuditExport;
import io.countersign.store.auditor.AuditExport.Exported;
import io.countersign.store.auditor.ExportRange;
import io.countersign.store.evidence.DamagedLogException;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.List;

/** {@code audit export}: the log in a zip that its reader can check without us. */
final class ExportCommand {
  static final List<String> OPTIONS = List.of("from", "to");
  static final String SUBJECTS = "subjects";

  private final Database database;
  private final KeyRing keys;
  private final List<AnchorSource> anchors;
  private final PrintStream out;

  ExportCommand(Database database, KeyRing keys, List<AnchorSource> anchors, PrintStream out) {
    this.database = database;
    this.keys = keys;
    this.anchors = anchors;
    this.out = out;
  }

  static ExportRange range(Options options) throws UsageException {
    try {
      return ExportRange.parse(options.values().get("from"), options.values().get("to"));
    } catch (IllegalArgumentException e) {
      String problem = String.valueOf(e.getMessage());
      throw new UsageException(problem.replace("`from`", "`--from`").replace("`to`", "`--to`"));
    }
  }

  /** Answers 1, and leaves no file, where the log is damaged. */
  int run(ExportRange range, boolean named, Path file) throws UsageException {
    if (Files.exists(file)) {
      throw new UsageException("`" + file + "` is there already; expected a new file");
    }
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try {
      Exported exported = write(range, named, part);
      Files.createLink(file, part);
      Files.delete(part);
      out.printf(
          """
          %s: entries from %d and before %d of %d
          exceptions to explain, in `controls.html`: %d
          whoever gets it unpacks it, and with the log's key runs: java Verify.java VKEY
          """,
          file, exported.first(), exported.end(), exported.size(), exported.exceptions());
      if (named) {
        out.println(
            "`subjects.ndjson` says who %d people are, for ever".formatted(exported.people()));
      }
      return 0;
    } catch (DamagedLogException e) {
      discard(part);
      out.println("nothing is exported: " + e.getMessage() + "; run `audit verify`");
      return 1;
    } catch (FileAlreadyExistsException e) {
      throw new UsageException("`" + e.getFile() + "` is there already; remove it first");
    } catch (IOException e) {
      discard(part);
      throw new UsageException("cannot write `" + file + "`: " + e.getMessage());
    }
  }

  /** For its owner alone: it holds what people asked for and why. */
  private Exported write(ExportRange range, boolean named, Path part) throws IOException {
    Files.createFile(
        part, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try (FileOutputStream disk = new FileOutputStream(part.toFile());
        OutputStream buffer = new BufferedOutputStream(disk)) {
      AuditExport export = new AuditExport(database.jdbi(), keys, anchors, Clock.systemUTC());
      Exported exported = (named ? export.withSubjects() : export).write(range, buffer);
      buffer.flush();
      disk.getFD().sync();
      return exported;
    }
  }

  private static void discard(Path part) {
    try {
      Files.deleteIfExists(part);
    } catch (IOException e) {
      // The message that follows is the one that helps.
    }
  }
}
