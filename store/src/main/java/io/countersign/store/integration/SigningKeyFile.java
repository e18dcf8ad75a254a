package io.countersign.store.integration;

import io.countersign.audit.EvidenceException;
import io.countersign.audit.SigningKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/** Where the log's signing key is kept: a PEM file that strangers cannot read, or the text. */
public final class SigningKeyFile {
  private static final String SETTING = "audit.signingKey: ";
  private static final int MAX_SIZE = 4096;
  private static final Set<PosixFilePermission> FORBIDDEN =
      Set.of(
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.GROUP_WRITE);

  private SigningKeyFile() {}

  /**
   * Reads the key that {@code audit.signingKey} gives.
   *
   * @param setting PEM text or the path of a PEM file
   * @throws IllegalArgumentException with one line that names the file, never the key
   */
  public static SigningKey read(String origin, String setting) {
    if (setting.strip().startsWith("-----BEGIN")) {
      return parse(origin, setting, "the text");
    }
    try {
      return read(origin, Path.of(setting));
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(SETTING + "expected PEM text or a path", e);
    }
  }

  /**
   * Reads the key, or makes one where there is no file yet. For the demo: in production a lost key
   * must stop the start, not begin another identity.
   */
  public static SigningKey readOrCreate(String origin, Path file) {
    try {
      if (Files.notExists(file)) {
        create(file, SigningKey.generate(origin).pem());
      }
      return read(origin, file);
    } catch (EvidenceException e) {
      throw new IllegalArgumentException("audit.origin: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new IllegalArgumentException(SETTING + "cannot write `" + file + "`", e);
    }
  }

  /** Under another name first, so that nobody meets half a key; only its owner can read it. */
  private static void create(Path file, String pem) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    Path written = Files.createTempFile(folder, "signing-key", ".tmp");
    Files.writeString(written, pem);
    Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static SigningKey read(String origin, Path file) {
    String name = "`" + file + "`";
    try (InputStream in = Files.newInputStream(file)) {
      PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
      if (view != null
          && view.readAttributes().permissions().stream().anyMatch(FORBIDDEN::contains)) {
        throw new IllegalArgumentException(
            SETTING + name + " is open to others; expected only its owner (chmod 600)");
      }
      String pem = new String(in.readNBytes(MAX_SIZE + 1), StandardCharsets.US_ASCII);
      return parse(origin, pem, name);
    } catch (IOException e) {
      throw new IllegalArgumentException(SETTING + "cannot read " + name, e);
    }
  }

  private static SigningKey parse(String origin, String pem, String name) {
    try {
      return SigningKey.ofPem(origin, pem);
    } catch (EvidenceException e) {
      throw new IllegalArgumentException(SETTING + name + ": " + e.getMessage(), e);
    }
  }
}
