package io.countersign.store;

import io.countersign.audit.VerifierKey;
import java.io.PrintStream;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/**
 * {@code countersign audit verify}: hashes every entry again and checks the tree and every
 * checkpoint. A log cut back in all its tables to an earlier checkpoint is whole in itself; only a
 * checkpoint kept elsewhere shows that.
 */
public final class AuditVerify {
  private final Jdbi jdbi;
  private final List<VerifierKey> keys;

  /**
   * @param keys pinned by configuration, never read from the database
   */
  public AuditVerify(Jdbi jdbi, List<VerifierKey> keys) {
    this.jdbi = jdbi;
    this.keys = List.copyOf(keys);
  }

  /** Checks one snapshot of the log, while it may go on growing. */
  public AuditReport verify() {
    return jdbi.inTransaction(
        TransactionIsolationLevel.REPEATABLE_READ,
        handle -> new LogWalk(handle.attach(AuditDao.class), keys).walk());
  }

  /**
   * Prints the answer on one line.
   *
   * @return the exit code: 0 for an intact log, else 1
   */
  public int run(PrintStream out) {
    AuditReport report = verify();
    out.println(report);
    return switch (report) {
      case AuditReport.Intact intact -> 0;
      case AuditReport.Damaged damaged -> 1;
    };
  }
}
