package io.countersign.worker;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * The unpacked programs of the demo's PostgreSQL. Their unpacker keeps each file that it finds, and
 * stumbles over links: a folder that it did not finish has to be emptied before it begins again.
 */
final class EmbeddedBinaries {
  private static final String COMPLETE = ".exists";
  private static final String LOCK = "epg-lock";

  private EmbeddedBinaries() {}

  /** Where they are unpacked. */
  static Path folder() {
    String preset = System.getProperty("ot.epg.working-dir");
    return preset == null
        ? Path.of(System.getProperty("java.io.tmpdir"), "embedded-pg")
        : Path.of(preset);
  }

  /** Empties what an unpacker that died left behind; one that still works is left alone. */
  static void clearUnfinished(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (DirectoryStream<Path> unpacked = Files.newDirectoryStream(folder, "PG-*")) {
      for (Path each : unpacked) {
        if (isUnfinished(each) && Files.isWritable(each)) {
          clear(each);
        }
      }
    }
  }

  private static boolean isUnfinished(Path unpacked) {
    return Files.isDirectory(unpacked) && !Files.exists(unpacked.resolve(COMPLETE));
  }

  private static void clear(Path unpacked) throws IOException {
    Path lockFile = unpacked.resolve(LOCK);
    try (FileChannel channel =
            FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        // Whoever unpacks holds this lock, and loses it when it dies.
        FileLock lock = channel.tryLock()) {
      if (lock != null && isUnfinished(unpacked)) {
        Files.walkFileTree(unpacked, new Removal(unpacked, lockFile));
      }
    } catch (OverlappingFileLockException e) {
      // Another thread of this process unpacks.
    }
  }

  /** Removes what is in a folder, links as links; the folder and its lock stay. */
  private static final class Removal extends SimpleFileVisitor<Path> {
    private final Path root;
    private final Path lock;

    Removal(Path root, Path lock) {
      this.root = root;
      this.lock = lock;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      if (!file.equals(lock)) {
        Files.delete(file);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
        throws IOException {
      if (!folder.equals(root)) {
        Files.delete(folder);
      }
      return FileVisitResult.CONTINUE;
    }
  }
}
