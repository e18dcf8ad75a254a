package io.countersign.store.anchor;

import io.countersign.audit.AnchorText;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An append-only file of signed checkpoints, on another volume than the control database. Its text
 * is {@link AnchorText}. Any number of processes may append to the same file.
 */
final class FileAnchor implements AnchorSource {
  private static final int TAIL = 4_096;
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** A lock on a file holds between processes, not between threads of one. */
  private static final ReentrantLock ONE_WRITER = new ReentrantLock();

  private final Path file;
  private long length;

  FileAnchor(Path file) {
    this.file = file;
  }

  boolean exists() {
    return Files.exists(file);
  }

  /** Makes an empty file in its folder, and sees to it that a power cut leaves it there. */
  void create() throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    Files.createFile(file);
    try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  /**
   * Adds a record and returns when it is on the disk.
   *
   * @throws IOException when it may not be there; a later record stands for it then
   */
  void append(String note) throws IOException {
    ONE_WRITER.lock();
    // Without CREATE: a file that was moved away is missed, not quietly begun again.
    try (FileChannel reading = FileChannel.open(file, StandardOpenOption.READ);
        FileChannel channel =
            FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        FileLock held = lock(channel)) {
      if (!held.isValid() || reading.size() < length) {
        throw new IOException("the file became shorter than it was");
      }
      String torn = AnchorText.isWhole(tail(reading)) ? "" : AnchorText.TORN_RECORD;
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(torn + AnchorText.record(note));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
      length = channel.size();
    } finally {
      ONE_WRITER.unlock();
    }
  }

  /** A process that stands still with the lock must not hold up the log: a later record will do. */
  private static FileLock lock(FileChannel channel) throws IOException {
    long start = System.nanoTime();
    FileLock held = channel.tryLock();
    while (held == null) {
      if (System.nanoTime() - start > PATIENCE.toNanos()) {
        throw new IOException("another process does not give the lock back");
      }
      LockSupport.parkNanos(1_000_000);
      held = channel.tryLock();
    }
    return held;
  }

  private static String tail(FileChannel channel) throws IOException {
    long from = Math.max(0, channel.size() - TAIL);
    ByteBuffer bytes = ByteBuffer.allocate((int) (channel.size() - from));
    while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) > 0) {
      continue;
    }
    return StandardCharsets.UTF_8.decode(bytes.flip()).toString();
  }

  @Override
  public boolean read(Visitor visitor) throws IOException, AnchorException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      // A cut through a character must not fail the whole file, so nothing is refused here;
      // a character that was replaced breaks the signature.
      BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));
      AnchorText text = new AnchorText();
      long number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Optional<String> note = text.take(line);
        if (note.isPresent()) {
          visitor.visit(++number, note.get());
        }
      }
      return text.isTorn();
    } finally {
      // The system drops a process's locks on a file as soon as it closes that file anywhere.
      ONE_WRITER.lock();
      try {
        channel.close();
      } finally {
        ONE_WRITER.unlock();
      }
    }
  }

  /** Its name, for people. */
  @Override
  public String toString() {
    return "`" + file + "`";
  }
}
