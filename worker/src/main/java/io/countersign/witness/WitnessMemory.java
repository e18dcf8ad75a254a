package io.countersign.witness;

import io.countersign.audit.AnchorText;
import io.countersign.audit.Checkpoint;
import io.countersign.audit.Cosignature;
import io.countersign.audit.CosignerKey;
import io.countersign.audit.EvidenceException;
import io.countersign.audit.SignedNote;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a witness last signed of each log: one file of cosigned checkpoints, which is replaced as a
 * whole. A crash at any moment leaves the file before or the file after.
 */
final class WitnessMemory implements AutoCloseable {
  private static final long MAX_SIZE = 16 << 20;

  private final Path file;
  private final FileChannel lockFile;
  private final FileLock lock;
  private final Map<String, String> notes;

  private WitnessMemory(Path file, FileChannel lockFile, FileLock lock, Map<String, String> notes) {
    this.file = file;
    this.lockFile = lockFile;
    this.lock = lock;
    this.notes = notes;
  }

  /**
   * Takes the file for this process.
   *
   * @param begin whether to make an empty one: a witness that forgot would sign a shorter log
   * @throws WitnessException when it is not there, held by another process or not of this key
   */
  static WitnessMemory open(Path file, CosignerKey key, boolean begin)
      throws IOException, WitnessException {
    Path absolute = file.toAbsolutePath();
    FileChannel lockFile = null;
    try {
      lockFile =
          FileChannel.open(
              absolute.resolveSibling(absolute.getFileName() + ".lock"),
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE);
      FileLock lock = tryLock(lockFile, file);
      if (begin) {
        Files.createFile(absolute);
        force(absolute.getParent());
      } else if (!Files.isRegularFile(absolute)) {
        throw new WitnessException(
            "`%s` does not exist; a witness that begins anew needs `--begin`".formatted(file));
      }
      return new WitnessMemory(absolute, lockFile, lock, read(absolute, key));
    } catch (IOException | WitnessException e) {
      if (lockFile != null) {
        lockFile.close();
      }
      throw e;
    }
  }

  private static FileLock tryLock(FileChannel lockFile, Path file)
      throws IOException, WitnessException {
    @Nullable FileLock lock;
    try {
      lock = lockFile.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      throw new WitnessException("`%s` is in use by another witness".formatted(file));
    }
    return lock;
  }

  private static Map<String, String> read(Path file, CosignerKey key)
      throws IOException, WitnessException {
    if (Files.size(file) > MAX_SIZE) {
      throw new WitnessException("`%s` is too large".formatted(file));
    }
    Map<String, String> notes = new TreeMap<>();
    AnchorText text = new AnchorText();
    try {
      for (String line : Files.readString(file).lines().toList()) {
        Optional<String> record = text.take(line);
        if (record.isPresent()) {
          SignedNote note = SignedNote.parse(record.get());
          var unusedTime = Cosignature.verify(note, key);
          notes.put(Checkpoint.parse(note.text()).origin(), record.get());
        }
      }
    } catch (EvidenceException e) {
      throw new WitnessException("`%s`: %s".formatted(file, e.getMessage()));
    }
    if (text.isTorn()) {
      throw new WitnessException("`%s` ends in the middle of a record".formatted(file));
    }
    return notes;
  }

  /** The last cosigned checkpoint of a log. */
  synchronized Optional<String> last(String origin) {
    return Optional.ofNullable(notes.get(origin));
  }

  /** Returns when the checkpoint is on the disk in place of the one before. */
  synchronized void keep(String origin, String cosigned) throws IOException {
    if (!lock.isValid()) {
      throw new IOException("the lock was lost");
    }
    Map<String, String> next = new TreeMap<>(notes);
    next.put(origin, cosigned);
    StringBuilder text = new StringBuilder();
    next.values().forEach(note -> text.append(AnchorText.record(note)));
    Path written = file.resolveSibling(file.getFileName() + ".next");
    try (FileChannel channel =
        FileChannel.open(
            written,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(text.toString());
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
    force(file.getParent());
    notes.put(origin, cosigned);
  }

  private static void force(@Nullable Path folder) throws IOException {
    if (folder != null) {
      try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
        directory.force(true);
      }
    }
  }

  @Override
  public void close() throws IOException {
    lockFile.close();
  }
}
