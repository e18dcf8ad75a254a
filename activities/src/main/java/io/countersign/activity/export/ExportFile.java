package io.countersign.activity.export;

import io.countersign.activity.targets.ExecutionFault;
import io.countersign.activity.targets.ExecutionFault.Kind;
import io.countersign.store.result.ArtifactVault;
import io.countersign.store.result.ArtifactWriter;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.Tuple;

/** Turns rows into the pieces of a file, within its limits. */
public final class ExportFile {
  private static final int PIECE = 1 << 20;

  private final ArtifactWriter writer;
  private final long maxRows;
  private final long maxBytes;
  private final ByteBuilder piece = new ByteBuilder(PIECE + PIECE / 8);
  private @Nullable RowFormat format;
  private long rows;

  public ExportFile(ArtifactWriter writer, long maxRows, long maxBytes) {
    this.writer = writer;
    this.maxRows = maxRows;
    this.maxBytes = maxBytes;
  }

  /** Before the first row; what is written then happens-before what other threads write. */
  public void begin(RowFormat rowFormat) {
    format = rowFormat;
    rowFormat.head(piece);
  }

  public void write(List<Tuple> batch) throws ExecutionFault {
    RowFormat known = Objects.requireNonNull(format);
    for (Tuple tuple : batch) {
      if (rows == maxRows) {
        throw ExecutionFault.of(
            Kind.TOO_MUCH, "more than the approved " + maxRows + " rows; nothing is handed out");
      }
      known.row(piece, tuple);
      rows++;
      if (piece.size() >= PIECE) {
        store();
      }
    }
    requireSmall();
  }

  private void store() throws ExecutionFault {
    requireSmall();
    if (!writer.add(piece.array(), piece.size(), rows)) {
      throw ExecutionFault.superseded();
    }
    piece.clear();
  }

  private void requireSmall() throws ExecutionFault {
    if (writer.bytes() + piece.size() > maxBytes) {
      throw ExecutionFault.of(
          Kind.TOO_MUCH,
          "more than " + maxBytes + " bytes, which a file may have; nothing is handed out");
    }
  }

  public ArtifactVault.Written finish() throws ExecutionFault {
    requireSmall();
    return writer.finish(piece.array(), piece.size(), rows).orElseThrow(ExecutionFault::superseded);
  }
}
