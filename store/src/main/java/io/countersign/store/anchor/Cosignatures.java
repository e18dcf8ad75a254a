package io.countersign.store.anchor;

import io.countersign.audit.Cosignature;
import io.countersign.audit.CosignerKey;
import io.countersign.audit.EvidenceException;
import io.countersign.audit.SignedNote;
import io.countersign.store.evidence.AuditDao;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** What witnesses signed of the log, as the control database keeps it. */
public final class Cosignatures {
  private static final int PAGE = 1_000;

  private final Jdbi jdbi;

  public Cosignatures(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /** The checkpoint to be signed next. */
  public Optional<String> newestCheckpoint() {
    return jdbi.withExtension(AuditDao.class, AuditDao::lastCheckpoint)
        .map(AuditDao.StoredCheckpoint::note);
  }

  /** The largest size that a witness signed; 0 for none. */
  public long newest(String witness) {
    return jdbi.withExtension(AuditDao.class, dao -> dao.newestCosigned(witness)).orElse(0L);
  }

  /**
   * Keeps a cosignature; the first one of a size stays.
   *
   * @param note the checkpoint with the witness's line
   */
  public void keep(long size, String witness, String note) {
    jdbi.useExtension(AuditDao.class, dao -> dao.insertCosignature(size, witness, note));
  }

  /** The checkpoints that a witness signed, for a verifier who holds them against the log. */
  public AnchorSource of(CosignerKey witness) {
    return new Kept(witness);
  }

  private final class Kept implements AnchorSource {
    private final CosignerKey witness;

    Kept(CosignerKey witness) {
      this.witness = witness;
    }

    @Override
    public boolean read(Visitor visitor) throws AnchorException {
      long number = 0;
      long after = 0;
      List<AuditDao.Cosigned> page;
      do {
        long from = after;
        page =
            jdbi.withExtension(
                AuditDao.class, dao -> dao.cosignaturesAfter(witness.name(), from, PAGE));
        for (AuditDao.Cosigned row : page) {
          require(++number, row);
          visitor.visit(number, row.note());
          after = row.size();
        }
      } while (page.size() == PAGE);
      return false;
    }

    private void require(long number, AuditDao.Cosigned row) throws AnchorException {
      try {
        var unusedTime = Cosignature.verify(SignedNote.parse(row.note()), witness);
      } catch (EvidenceException e) {
        throw new AnchorException(
            "record %d of the anchor %s: %s".formatted(number, this, e.getMessage()));
      }
    }

    @Override
    public String toString() {
      return "`" + witness.name() + "` (kept in the database)";
    }
  }
}
