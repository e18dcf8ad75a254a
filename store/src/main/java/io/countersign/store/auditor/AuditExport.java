package io.countersign.store.auditor;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.countersign.audit.AnchorText;
import io.countersign.audit.CanonicalJson;
import io.countersign.audit.Checkpoint;
import io.countersign.audit.EvidenceException;
import io.countersign.audit.KeyRing;
import io.countersign.audit.Openings.Opening;
import io.countersign.audit.RetentionNotice;
import io.countersign.audit.SignedNote;
import io.countersign.store.anchor.AnchorException;
import io.countersign.store.anchor.AnchorSource;
import io.countersign.store.controls.ControlPage;
import io.countersign.store.controls.ControlReport;
import io.countersign.store.controls.ControlReport.Scope;
import io.countersign.store.controls.ControlTable;
import io.countersign.store.controls.ControlWalk;
import io.countersign.store.evidence.AuditDao;
import io.countersign.store.evidence.AuditDao.Entry;
import io.countersign.store.evidence.AuditDao.StoredCheckpoint;
import io.countersign.store.evidence.DamagedLogException;
import io.countersign.store.evidence.Notices;
import io.countersign.store.person.Subjects;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/**
 * What an auditor takes away: a zip with everything it takes to check a range of the log without
 * us. All of it is of one moment; memory does not grow with the log.
 */
public final class AuditExport {
  private static final int BATCH = 1_000;

  private final Jdbi jdbi;
  private final KeyRing keys;
  private final List<AnchorSource> anchors;
  private final InstantSource clock;
  private final boolean named;

  /**
   * @param anchors whose records go along; those that cannot be read fail the export
   */
  public AuditExport(Jdbi jdbi, KeyRing keys, List<AnchorSource> anchors, InstantSource clock) {
    this(jdbi, keys, anchors, clock, false);
  }

  private AuditExport(
      Jdbi jdbi, KeyRing keys, List<AnchorSource> anchors, InstantSource clock, boolean named) {
    this.jdbi = jdbi;
    this.keys = keys;
    this.anchors = List.copyOf(anchors);
    this.clock = clock;
    this.named = named;
  }

  /** The same export with a file that says who its people are, and proves it. */
  public AuditExport withSubjects() {
    return new AuditExport(jdbi, keys, anchors, clock, true);
  }

  /**
   * What was exported.
   *
   * @param people that the file of subjects names
   */
  public record Exported(long first, long end, long size, long exceptions, long people) {}

  /**
   * Writes the zip and leaves the stream open. Broken off, it has no list of files and is no zip.
   *
   * @throws DamagedLogException when the log is not what its checkpoint signed
   */
  public Exported write(ExportRange range, OutputStream out) throws IOException {
    try (ExportZip zip = new ExportZip(out)) {
      // Before the log is looked at: what an anchor saw, the log had by then.
      LongStream.Builder anchored = anchors(zip);
      return jdbi.inTransaction(
          TransactionIsolationLevel.REPEATABLE_READ,
          handle -> {
            handle.execute("set transaction read only");
            try {
              return write(handle, range, anchored.build(), zip);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private Exported write(Handle handle, ExportRange range, LongStream anchored, ExportZip zip)
      throws IOException {
    AuditDao log = handle.attach(AuditDao.class);
    ExportDao dao = handle.attach(ExportDao.class);
    StoredCheckpoint newest =
        log.lastCheckpoint()
            .orElseThrow(() -> new DamagedLogException("the log has no signed checkpoint"));
    Checkpoint head = opened(newest);
    StaticTiles tiles = StaticTiles.of(log, head, keys);
    Scope scope = scope(dao, range, head);
    EntryFiles entries = new EntryFiles(log, dao, scope.first(), scope.end(), head.size());

    zip.text("README.txt", resource("README.txt"));
    zip.text("Verify.java", verifier());
    zip.text("range.txt", scope.first() + "\n" + scope.end() + "\n");
    zip.text("checkpoint", newest.note());
    zip.text("keys", keys.keys().stream().map(key -> key + "\n").collect(Collectors.joining()));
    zip.text("checkpoints.txt", text -> checkpoints(log, text));
    tiles.hashes(zip::file);
    tiles.entries(scope.first(), scope.end(), zip::file);
    zip.text("entries.ndjson", entries::ndjson);
    zip.text("entries.csv", entries::csv);
    zip.text("retention.ndjson", text -> retention(log, head.size(), text));
    entries.receipts(zip);
    long people = named ? subjects(handle, scope, zip) : 0;
    ControlReport controls =
        ControlWalk.of(handle, scope, keys, anchored.filter(seen -> seen > scope.first()).count());
    zip.text("controls.html", ControlPage.of(controls));
    zip.text("controls.csv", ControlTable.csv(controls));
    zip.text("controls.ndjson", ControlTable.ndjson(controls));
    zip.finish();
    return new Exported(scope.first(), scope.end(), head.size(), controls.exceptions(), people);
  }

  /** Answers how many people it names. */
  private static long subjects(Handle handle, Scope scope, ExportZip zip) throws IOException {
    AtomicLong people = new AtomicLong();
    zip.text(
        "subjects.ndjson",
        text -> {
          try (Stream<Opening> openings = Subjects.openings(handle, scope.first(), scope.end())) {
            openings.forEach(
                opening -> {
                  write(text, opening.line());
                  people.incrementAndGet();
                });
          }
        });
    return people.get();
  }

  private Checkpoint opened(StoredCheckpoint newest) {
    try {
      Checkpoint head = keys.open(newest.note()).checkpoint();
      if (head.size() == newest.size()) {
        return head;
      }
    } catch (EvidenceException e) {
      // Falls through to the one message: whose fault it is, `audit verify` says.
    }
    throw new DamagedLogException("the log's newest checkpoint is not signed by its keys");
  }

  private Scope scope(ExportDao dao, ExportRange range, Checkpoint head) {
    long size = head.size();
    long first = range.from() == null ? 0 : dao.firstSince(range.from(), size).orElse(size);
    long end =
        range.to() == null
            ? size
            : dao.lastBefore(range.to(), size).map(last -> last + 1).orElse(0L);
    return new Scope(
        head.origin(),
        size,
        head.root().toString(),
        range.from(),
        range.to(),
        first,
        Math.max(first, end),
        clock.instant());
  }

  private static void checkpoints(AuditDao log, Writer text) throws IOException {
    long after = 0;
    List<StoredCheckpoint> stored = log.checkpointsAfter(after, BATCH);
    while (!stored.isEmpty()) {
      for (StoredCheckpoint checkpoint : stored) {
        text.write(AnchorText.record(checkpoint.note()));
        after = checkpoint.size();
      }
      stored = log.checkpointsAfter(after, BATCH);
    }
  }

  /** Answers the size that each record speaks of. */
  private LongStream.Builder anchors(ExportZip zip) throws IOException {
    LongStream.Builder sizes = LongStream.builder();
    for (int i = 0; i < anchors.size(); i++) {
      AnchorSource anchor = anchors.get(i);
      zip.text(
          "anchors/" + (i + 1) + ".txt",
          text -> {
            try {
              anchor.read(
                  (number, note) -> {
                    sizes.add(sizeOf(note));
                    write(text, AnchorText.record(note));
                  });
            } catch (AnchorException e) {
              throw new IOException("the anchor " + anchor + " cannot be read", e);
            }
          });
    }
    return sizes;
  }

  private static void write(Writer text, String record) {
    try {
      text.write(record);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What it claims; what it is worth the verifier finds out. */
  private static long sizeOf(String note) {
    try {
      return Checkpoint.parse(SignedNote.parse(note).text()).size();
    } catch (EvidenceException e) {
      return 0;
    }
  }

  /** What allowed texts to go, with the entry that shows their time was over while it is there. */
  private void retention(AuditDao log, long size, Writer text) throws IOException {
    Notices notices = new Notices(log, keys);
    for (Entry entry : log.retentions(size)) {
      Optional<RetentionNotice> notice = notices.signed(entry);
      if (notice.isPresent()) {
        Map<String, Object> row =
            new TreeMap<>(Map.of("index", entry.idx(), "entry", entry.body()));
        notices.firstKept(notice.get()).ifPresent(kept -> row.put("kept", kept.body()));
        text.write(CanonicalJson.write(row) + "\n");
      }
    }
  }

  /** One file, so that it runs without being compiled first. */
  static String verifier() throws IOException {
    List<String> lines =
        Stream.of("Verify.java", "Signed.java", "People.java", "Exact.java")
            .flatMap(name -> unchecked(name).lines())
            .toList();
    return Stream.concat(
                lines.stream().filter(AuditExport::isImport).distinct().sorted(),
                lines.stream().filter(line -> !isImport(line)))
            .collect(Collectors.joining("\n"))
        + "\n";
  }

  private static boolean isImport(String line) {
    return line.startsWith("import ");
  }

  private static String unchecked(String name) {
    try {
      return resource(name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = AuditExport.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing");
      }
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
