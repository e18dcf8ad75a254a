package io.countersign.store.verification;

import io.countersign.audit.KeyRing;
import io.countersign.audit.VerifierKey;
import io.countersign.store.anchor.AnchorSource;
import io.countersign.store.evidence.AuditDao;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/**
 * {@code countersign audit verify}: hashes every entry again and checks the tree, every checkpoint,
 * who signed it, what each anchor saw, and that every action's state has its event. A log cut back
 * in all its tables to an earlier checkpoint, or signed again with a stolen key, is whole in
 * itself: only the anchors show that.
 */
public final class AuditVerify {
  private final Jdbi jdbi;
  private final KeyRing keys;
  private final List<AnchorSource> anchors;

  /** Without anchors. */
  public AuditVerify(Jdbi jdbi, List<VerifierKey> keys) {
    this(jdbi, KeyRing.of(keys), List.of());
  }

  /**
   * @param keys pinned by configuration, never read from the database
   */
  public AuditVerify(Jdbi jdbi, KeyRing keys, List<AnchorSource> anchors) {
    this.jdbi = jdbi;
    this.keys = keys;
    this.anchors = List.copyOf(anchors);
  }

  /** Checks one snapshot of the log, while it may go on growing. */
  public AuditReport verify() {
    // Before the snapshot: what an anchor holds by now was committed before.
    AnchorWalk seen = new AnchorWalk(anchors, keys);
    return jdbi.inTransaction(
        TransactionIsolationLevel.REPEATABLE_READ,
        handle -> {
          LogWalk log = new LogWalk(handle.attach(AuditDao.class), keys, seen);
          return switch (log.walk()) {
            case AuditReport.Damaged damaged -> damaged;
            case AuditReport.Intact intact ->
                StateCheck.find(handle, log.people())
                    .<AuditReport>map(why -> new AuditReport.Damaged(intact.entries(), why))
                    .orElse(intact);
          };
        });
  }

  /**
   * Prints the answer on one line; what else is wrong follows on lines of its own.
   *
   * @param proof where two signed checkpoints that contradict each other are kept
   * @return the exit code: 0 for an intact log, else 1
   */
  public int run(PrintStream out, Path proof) {
    AuditReport report = verify();
    out.println(line(report.toString()));
    return switch (report) {
      case AuditReport.Intact intact -> 0;
      case AuditReport.Damaged damaged -> {
        damaged.further().forEach(reason -> out.println(line("also: " + reason)));
        String notes = damaged.proof();
        if (notes != null) {
          out.println(kept(notes, proof));
        }
        yield 1;
      }
    };
  }

  /** What somebody wrote into a table must not look like another answer. */
  private static String line(String text) {
    return text.replaceAll("[\\p{Cntrl}\\u2028\\u2029]", "?");
  }

  /** Never in place of another proof. */
  private static String kept(String notes, Path proof) {
    try {
      if (Files.exists(proof) && Files.readString(proof).equals(notes)) {
        return "both signed checkpoints are kept in `" + proof + "`";
      }
      Files.createFile(proof);
      Files.writeString(proof, notes);
      return "both signed checkpoints are kept in `" + proof + "`";
    } catch (IOException e) {
      return "cannot write `%s`, so here are both signed checkpoints:\n%s".formatted(proof, notes);
    }
  }
}
