package io.countersign.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left of an unpacking that was broken off. */
class EmbeddedBinariesTest {
  @TempDir private Path folder = Path.of("");
  private Path unpacked = Path.of("");

  @BeforeEach
  void breakOff() throws Exception {
    unpacked = Files.createDirectories(folder.resolve("PG-1"));
    Files.createDirectories(unpacked.resolve("lib/deep"));
    Files.writeString(unpacked.resolve("lib/half"), "ha");
    Files.createSymbolicLink(unpacked.resolve("lib/dangling"), Path.of("not-yet-there"));
    Path outside = Files.createDirectories(folder.resolve("outside"));
    Files.writeString(outside.resolve("kept"), "kept");
    Files.createSymbolicLink(unpacked.resolve("lib/out"), outside);
  }

  private static Stream<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList().stream();
    }
  }

  @Test
  void unfinishedFolderIsEmptied() throws Exception {
    EmbeddedBinaries.clearUnfinished(folder);
    assertThat(names(unpacked)).containsExactly("epg-lock");
    assertThat(folder.resolve("outside/kept")).exists();
    EmbeddedBinaries.clearUnfinished(folder);
    EmbeddedBinaries.clearUnfinished(folder.resolve("nothing-here"));
  }

  @Test
  void finishedFolderStays() throws Exception {
    Files.createFile(unpacked.resolve(".exists"));
    EmbeddedBinaries.clearUnfinished(folder);
    assertThat(names(unpacked)).containsExactlyInAnyOrder(".exists", "lib");
    assertThat(names(unpacked.resolve("lib"))).hasSize(4);
  }

  @Test
  void folderThatSomebodyUnpacksNowStays() throws Exception {
    Path lock = unpacked.resolve("epg-lock");
    try (FileChannel channel =
            FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = channel.tryLock()) {
      assertThat(held.isValid()).isTrue();
      EmbeddedBinaries.clearUnfinished(folder);
    }
    assertThat(names(unpacked.resolve("lib"))).hasSize(4);
  }
}
