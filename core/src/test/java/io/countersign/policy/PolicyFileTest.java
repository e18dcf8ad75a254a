package io.countersign.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.policy.PolicyFile.Look;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyFileTest {
  private static final String GOOD =
      """
      version: 1
      groups: {dba: {idp: dba}}
      rules: [{name: a, when: true, then: allow}]
      """;

  @TempDir private Path folder;
  private Path path;

  @BeforeEach
  void writeGoodPolicy() throws IOException {
    path = folder.resolve("policy.yml");
    Files.writeString(path, GOOD);
  }

  @Test
  void versionIsTheHashOfTheBytes() throws PolicyException {
    // From sha256sum, not from our own code.
    assertThat(PolicyFile.open(path).current().version())
        .isEqualTo("sha256:35f829e6705b7fb0b7fda9f26260e0aefcdb557c97dc2f2168451fe765da3c2a");
  }

  @Test
  void goodChangeComesIntoForce() throws Exception {
    PolicyFile file = PolicyFile.open(path);
    String before = file.current().version();
    Files.writeString(path, GOOD + "# changed\n");

    assertThat(file.reload()).isEmpty();
    assertThat(file.current().version()).isNotEqualTo(before);
  }

  @Test
  void brokenChangeKeepsTheOldPolicy() throws Exception {
    PolicyFile file = PolicyFile.open(path);
    Policy before = file.current();
    Files.writeString(path, GOOD.replace("then: allow", "then: alow"));

    assertThat(file.reload())
        .hasValueSatisfying(
            error ->
                assertThat(error)
                    .hasMessage("policy.yml:3:37: expected allow, review or refuse, got `alow`"));
    assertThat(file.current()).isSameAs(before);
  }

  @Test
  void vanishedFileKeepsTheOldPolicy() throws Exception {
    PolicyFile file = PolicyFile.open(path);
    Policy before = file.current();
    Files.delete(path);

    assertThat(file.reload())
        .hasValueSatisfying(
            error -> assertThat(error).hasMessage("policy.yml:1:1: expected a readable file"));
    assertThat(file.current()).isSameAs(before);
  }

  @Test
  void hugeFileIsNotReadToItsEnd() throws Exception {
    Files.write(path, new byte[1024 * 1024]);

    assertThatThrownBy(() -> PolicyFile.open(path))
        .hasMessage("policy.yml:1:1: expected at most 262144 bytes");
  }

  @Test
  void changeCountsOnceItStandsStill() throws Exception {
    PolicyFile file = PolicyFile.open(path);
    String before = file.current().version();
    assertThat(file.look()).isInstanceOf(Look.Same.class);
    Files.writeString(path, GOOD + "# half");
    assertThat(file.look()).isInstanceOf(Look.Same.class);
    Files.writeString(path, GOOD + "# half and whole\n");
    assertThat(file.look()).isInstanceOf(Look.Same.class);
    assertThat(file.current().version()).isEqualTo(before);
    assertThat(file.look()).isInstanceOf(Look.Loaded.class);
    assertThat(file.current().version()).isNotEqualTo(before);
    assertThat(file.look()).isInstanceOf(Look.Same.class);
  }

  @Test
  void brokenChangeIsToldOnceAndItsProblemStaysUntilItIsMended() throws Exception {
    PolicyFile file = PolicyFile.open(path);
    Policy before = file.current();
    Files.writeString(path, "rules: [");
    file.look();
    assertThat(file.look()).isInstanceOf(Look.Rejected.class);
    assertThat(file.look()).isInstanceOf(Look.Same.class);
    assertThat(file.problem()).isPresent();
    assertThat(file.reload()).isPresent();
    assertThat(file.current()).isSameAs(before);
    Files.writeString(path, GOOD);
    file.look();
    assertThat(file.look()).isInstanceOf(Look.Loaded.class);
    assertThat(file.problem()).isEmpty();
  }

  @Test
  void thereIsNoStartWithoutAPolicy() {
    assertThatThrownBy(() -> PolicyFile.open(folder.resolve("none.yml")))
        .isInstanceOf(PolicyException.class)
        .hasMessage("none.yml:1:1: expected a readable file");
  }
}
