package io.countersign.policy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The policy in force, from a file that may change; a broken change leaves the old one in force.
 */
public final class PolicyFile {
  private final Path path;
  private volatile Policy current;

  private PolicyFile(Path path, Policy current) {
    this.path = path;
    this.current = current;
  }

  /** Reads the first policy; without a good one there is no start. */
  public static PolicyFile open(Path path) throws PolicyException {
    return new PolicyFile(path, read(path));
  }

  public Policy current() {
    return current;
  }

  /**
   * Reads the file again and puts it in force if it is good. Otherwise the old policy stays, and
   * the error is the caller's to record and to raise an alarm for.
   */
  public Optional<PolicyException> reload() {
    try {
      current = read(path);
      return Optional.empty();
    } catch (PolicyException e) {
      return Optional.of(e);
    }
  }

  static Policy read(Path path) throws PolicyException {
    return Policy.parse(nameOf(path), bytes(path));
  }

  static byte[] bytes(Path path) throws PolicyException {
    // A file without an end is not read to it.
    try (InputStream file = Files.newInputStream(path)) {
      return file.readNBytes(PolicyText.MAX_BYTES + 1);
    } catch (IOException e) {
      throw new PolicyException(nameOf(path), 1, 1, "expected a readable file");
    }
  }

  static String nameOf(Path path) {
    return String.valueOf(path.getFileName());
  }
}
