package io.countersign.house;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** The files of this repository, without what builds leave behind. */
public final class Repository {
  private static final Set<String> BUILT = Set.of("target", ".git", "node_modules", ".countersign");

  private Repository() {}

  /** The folder that holds the launcher. */
  public static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isRegularFile(folder.resolve("dev/jdk.sh"))) {
      Path parent = folder.getParent();
      if (parent == null) {
        throw new IllegalStateException("the tests run outside of the repository");
      }
      folder = parent;
    }
    return folder;
  }

  /** Paths from the root, sorted. */
  static List<Path> files(Predicate<String> name) {
    Path root = root();
    try (var found = Files.walk(root)) {
      return found
          .filter(Files::isRegularFile)
          .map(root::relativize)
          .filter(file -> isSource(file) && name.test(file.toString()))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isSource(Path file) {
    for (Path part : file) {
      if (BUILT.contains(part.toString())) {
        return false;
      }
    }
    return true;
  }

  static String read(Path fromRoot) {
    try {
      return Files.readString(root().resolve(fromRoot));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
