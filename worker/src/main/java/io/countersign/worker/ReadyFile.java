package io.countersign.worker;

import io.countersign.action.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/** Tells scripts, in one file that appears at once, that everything answers and where. */
final class ReadyFile {
  private ReadyFile() {}

  /** Written beside and moved, so that nobody reads half of it; tokens inside: owner only. */
  static void write(Path file, Map<String, Object> content) throws IOException {
    Path absolute = file.toAbsolutePath();
    Path part =
        Files.createTempFile(
            absolute.getParent(),
            ".ready",
            ".json",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(part, Json.write(content));
    Files.move(part, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
