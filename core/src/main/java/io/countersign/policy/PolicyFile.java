package io.countersign.policy;

import io.countersign.action.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The policy in force, from a file that may change; a broken change leaves the old one in force.
 */
public final class PolicyFile {
  private static final String UNREADABLE = "unreadable";

  private final Path path;
  private volatile Policy current;
  private volatile @Nullable PolicyException problem;
  private String judged;
  private String seen;

  private PolicyFile(Path path, Policy current) {
    this.path = path;
    this.current = current;
    this.judged = current.version();
    this.seen = judged;
  }

  /** What a look at the file came to. */
  public sealed interface Look {
    /** Nothing new. */
    record Same() implements Look {}

    /** This policy is in force now. */
    record Loaded(Policy policy) implements Look {}

    /**
     * The old policy stays in force.
     *
     * @param version of the bytes that were rejected, or how else they are known
     */
    record Rejected(PolicyException problem, String version) implements Look {}
  }

  /** Reads the first policy; without a good one there is no start. */
  public static PolicyFile open(Path path) throws PolicyException {
    return new PolicyFile(path, read(path));
  }

  public Policy current() {
    return current;
  }

  /** Why the file as it is now is not in force; empty if it is. */
  public Optional<PolicyException> problem() {
    return Optional.ofNullable(problem);
  }

  /**
   * Reads the file again and puts it in force if it is good. Otherwise the old policy stays, and
   * the error is the caller's to record and to raise an alarm for.
   */
  public Optional<PolicyException> reload() {
    look(false);
    return problem();
  }

  /** The same at once, saying what is new. */
  public Look reloaded() {
    return look(false);
  }

  /**
   * The same for a file that somebody may be writing: a change counts once two looks saw it, so
   * that half of a policy is never in force.
   */
  public Look look() {
    return look(true);
  }

  private synchronized Look look(boolean settled) {
    try {
      byte[] yaml = bytes(path);
      String version = Digest.sha256(yaml).toString();
      if (isOld(version, settled)) {
        return new Look.Same();
      }
      try {
        current = Policy.parse(nameOf(path), yaml);
        problem = null;
        return new Look.Loaded(current);
      } catch (PolicyException e) {
        problem = e;
        return new Look.Rejected(e, version);
      }
    } catch (PolicyException e) {
      if (isOld(UNREADABLE, settled)) {
        return new Look.Same();
      }
      problem = e;
      return new Look.Rejected(e, UNREADABLE);
    }
  }

  private boolean isOld(String version, boolean settled) {
    boolean fleeting = settled && !version.equals(seen);
    seen = version;
    if (fleeting || version.equals(judged)) {
      return true;
    }
    judged = version;
    return false;
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
