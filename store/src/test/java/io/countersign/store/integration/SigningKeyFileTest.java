package io.countersign.store.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.audit.SigningKey;
import io.countersign.store.evidence.EvidenceLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SigningKeyFileTest {
  @TempDir private Path folder;

  private Path file(String mode) throws IOException {
    Path file = folder.resolve("log.pem");
    Files.writeString(file, EvidenceLog.newKey().pem());
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    return file;
  }

  @Test
  void keyOfAFileAndOfItsTextAreTheSame() throws IOException {
    Path file = file("rw-------");
    SigningKey key = SigningKeyFile.read("log", file.toString());
    SigningKey ofText = SigningKeyFile.read("log", Files.readString(file));
    assertThat(ofText.verifierKey()).isEqualTo(key.verifierKey());
    assertThat(key.origin()).isEqualTo("log");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r--r--", "rw----r--", "rw-----w-", "rw--w----"})
  void fileOpenToOthersIsRefused(String mode) throws IOException {
    Path file = file(mode);
    assertThatThrownBy(() -> SigningKeyFile.read("log", file.toString()))
        .hasMessage(
            "audit.signingKey: `"
                + file
                + "` is open to others; expected only its owner"
                + " (chmod 600)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-------", "r--------", "r--r-----"})
  void fileOfItsOwnerIsRead(String mode) throws IOException {
    Path file = file(mode);
    assertThat(SigningKeyFile.read("log", file.toString()).origin()).isEqualTo("log");
  }

  @Test
  void missingFileAndWrongTextAreNamed() throws IOException {
    Path none = folder.resolve("none.pem");
    assertThatThrownBy(() -> SigningKeyFile.read("log", none.toString()))
        .hasMessage("audit.signingKey: cannot read `" + none + "`");
    Path wrong = file("rw-------");
    Files.writeString(wrong, "secret");
    assertThatThrownBy(() -> SigningKeyFile.read("log", wrong.toString()))
        .hasMessageStartingWith("audit.signingKey: `" + wrong + "`: the signing key must be PEM")
        .hasMessageNotContaining("secret");
  }

  @Test
  void createdKeyIsKeptAndPrivate() throws IOException {
    Path file = folder.resolve("new").resolve("log.pem");
    SigningKey created = SigningKeyFile.readOrCreate("log", file);
    SigningKey again = SigningKeyFile.readOrCreate("log", file);
    assertThat(again.verifierKey()).isEqualTo(created.verifierKey());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    try (var files = Files.list(file.getParent())) {
      assertThat(files).containsExactly(file);
    }
  }
}
