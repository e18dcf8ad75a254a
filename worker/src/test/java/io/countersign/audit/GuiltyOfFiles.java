package io.countersign.audit;

import java.nio.file.Files;
import java.nio.file.Path;

/** Breaks a wall on purpose: the rule must reject it. */
final class GuiltyOfFiles {
  private GuiltyOfFiles() {}

  static boolean guilt(String path) {
    return Files.exists(Path.of(path));
  }
}
