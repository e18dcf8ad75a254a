package io.countersign.activity.execution;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.ExportData;
import io.countersign.activity.execution.ExecutionProbe.Step;
import io.countersign.activity.export.Behind;
import io.countersign.activity.export.ExportFile;
import io.countersign.activity.export.Exports;
import io.countersign.activity.export.RowFormat;
import io.countersign.activity.masking.ResultMask;
import io.countersign.activity.targets.Differences;
import io.countersign.activity.targets.ExecutionFault;
import io.countersign.activity.targets.ExecutionFault.Kind;
import io.countersign.activity.targets.Meanings;
import io.countersign.activity.targets.ResultColumn;
import io.countersign.activity.targets.RowStream;
import io.countersign.activity.targets.TargetDatabase;
import io.countersign.activity.targets.TargetDatabase.Purpose;
import io.countersign.activity.targets.TargetSession;
import io.countersign.policy.Verdict;
import io.countersign.sql.StatementClass;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.Outcome;
import io.countersign.store.result.ArtifactVault;
import io.countersign.store.result.ArtifactWriter;
import io.countersign.workflow.ExecutionActivities.Executed;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.Field;
import org.postgresql.core.Tuple;

/**
 * One attempt to export what one read returns: rows pass through in batches, and are masked,
 * written, encrypted and stored behind the reading. Nothing of it counts until the action is
 * closed, so an attempt that is killed leaves nothing but pieces that the next one deletes.
 */
final class Export {
  /** How long somebody waits who asked to stop. */
  private static final Duration ASKED_EVERY = Duration.ofMillis(500);

  private final ActionRow row;
  private final ExportData export;
  private final Verdict verdict;
  private final long fence;
  private final Purpose purpose;
  private final Meanings meanings;
  private final Exports exports;
  private final ExecutionRecorder recorder;

  Export(
      ActionRow row,
      ExportData export,
      Verdict verdict,
      long fence,
      Purpose purpose,
      Meanings meanings,
      Exports exports,
      ExecutionRecorder recorder) {
    this.row = row;
    this.export = export;
    this.verdict = verdict;
    this.fence = fence;
    this.purpose = purpose;
    this.meanings = meanings;
    this.exports = exports;
    this.recorder = recorder;
  }

  Executed run(TargetDatabase target, ExecutionProbe probe) throws ExecutionFault {
    ActionId id = row.id();
    ArtifactWriter writer =
        exports
            .vault()
            .begin(id, fence, export.format().wireName())
            .orElseThrow(ExecutionFault::superseded);
    ArtifactVault.Written file = write(target, writer);
    probe.reached(Step.RAN, id);
    Outcome outcome =
        new Outcome(
            file.rows(), TargetDatabase.READ_ONLY, recorder.now(), file.sha256(), file.bytes());
    requireWanted();
    probe.reached(Step.PENDING, id);
    boolean closed = recorder.succeedExport(row, fence, outcome, exports.vault(), file);
    probe.reached(Step.CLOSED, id);
    if (!closed) {
      throw ExecutionFault.superseded();
    }
    return new Executed(ActionStatus.SUCCEEDED, false);
  }

  private void requireWanted() throws ExecutionFault {
    if (recorder.isStopAsked(row.id())) {
      throw ExecutionFault.of(Kind.STOPPED, "it was stopped before the file was whole");
    }
  }

  private ArtifactVault.Written write(TargetDatabase target, ArtifactWriter writer)
      throws ExecutionFault {
    ExportFile file = new ExportFile(writer, maxRows(), maxBytes());
    // A transaction that only read has nothing to commit: closing it is enough.
    try (TargetSession session = target.beginStream(purpose);
        Behind<List<Tuple>> behind = new Behind<>("export-" + row.id(), file::write)) {
      Receiver receiver = new Receiver(target, session, file, behind);
      new RowStream(session.connection(), receiver).run(export.steps().getFirst());
      behind.finish();
    } finally {
      exports.progress().over(row.id());
    }
    return file.finish();
  }

  /** Takes the batches from the target, in the thread that reads them. */
  private final class Receiver implements RowStream.Receiver {
    private final TargetDatabase target;
    private final TargetSession session;
    private final ExportFile file;
    private final Behind<List<Tuple>> behind;
    private long rows;
    private long asked = System.nanoTime();
    private boolean begun;

    Receiver(
        TargetDatabase target, TargetSession session, ExportFile file, Behind<List<Tuple>> behind) {
      this.target = target;
      this.session = session;
      this.file = file;
      this.behind = behind;
    }

    @Override
    public void batch(Field @Nullable [] fields, List<Tuple> batch) throws ExecutionFault {
      if (!begun) {
        begin(fields);
        begun = true;
      }
      if (System.nanoTime() - asked > ASKED_EVERY.toNanos()) {
        requireWanted();
        asked = System.nanoTime();
      }
      rows += batch.size();
      behind.put(batch);
      exports.progress().at(row.id(), rows);
    }

    /** The locks of the read are held by now, so what it means stays as it is. */
    private void begin(Field @Nullable [] fields) throws ExecutionFault {
      Differences.refuseAny(session.meaning(meanings, row.proposal()), row.resolution());
      List<ResultColumn> columns = session.describe(fields);
      if (columns.isEmpty()) {
        throw ExecutionFault.of(Kind.STATEMENT, "the statement returns no columns");
      }
      ResultMask mask = new ResultMask(target.target(), row, verdict);
      file.begin(RowFormat.of(export.format(), columns, mask::hides));
    }
  }

  private long maxRows() {
    Integer tighter = verdict.maxRows();
    int limit = row.limits().maxRows();
    return tighter == null ? limit : Math.min(limit, tighter);
  }

  private long maxBytes() {
    Long tighter = verdict.maxBytes();
    return tighter == null ? exports.maxBytes() : Math.min(exports.maxBytes(), tighter);
  }

  /** What only an export may be: a read that was understood. */
  static boolean mayRun(StatementClass statementClass) {
    return statementClass == StatementClass.EXPORT;
  }
}
