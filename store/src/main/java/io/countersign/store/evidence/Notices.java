package io.countersign.store.evidence;

import io.countersign.audit.KeyRing;
import io.countersign.audit.RetentionNotice;
import java.util.List;
import java.util.Optional;

/** Which bodies the log's own entries allow to be missing. */
public final class Notices {
  private final AuditDao dao;
  private final KeyRing keys;

  /**
   * @param dao within a transaction that sees one snapshot
   * @param keys that sign or signed the log
   */
  public Notices(AuditDao dao, KeyRing keys) {
    this.dao = dao;
    this.keys = keys;
  }

  /** Below which index bodies may be missing from a log of that size. */
  public long below(long size) {
    return dao.retentions(size).stream()
        .flatMap(entry -> signed(entry).stream())
        .filter(notice -> youngerThanAllowed(notice).isEmpty())
        .mapToLong(RetentionNotice::below)
        .max()
        .orElse(0);
  }

  /** What an entry allows; empty for one that the log's key did not sign. */
  public Optional<RetentionNotice> signed(AuditDao.Entry entry) {
    return RetentionNotice.isClaimed(entry.type())
        ? RetentionNotice.read(entry.body(), keys, entry.idx())
        : Optional.empty();
  }

  /**
   * The first entry that a notice left, where its time to be kept was not over: then it was not
   * over for those before it either. Of one that went since, a later notice is asked.
   */
  public Optional<AuditDao.Entry> youngerThanAllowed(RetentionNotice notice) {
    return firstKept(notice).filter(entry -> !notice.wasOver(entry.body()));
  }

  /** The entry at the index below which bodies may go, while it has its own. */
  public Optional<AuditDao.Entry> firstKept(RetentionNotice notice) {
    List<AuditDao.Entry> kept = dao.entries(notice.below(), notice.below() + 1, 1);
    return kept.stream().filter(entry -> !entry.body().isEmpty()).findFirst();
  }
}
