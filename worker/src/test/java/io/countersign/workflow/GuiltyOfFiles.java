package io.countersign.workflow;

import java.io.File;

/** Breaks a wall on purpose: the rule must reject it. */
final class GuiltyOfFiles {
  private GuiltyOfFiles() {}

  static boolean guilt(String path) {
    return new File(path).exists();
  }
}
