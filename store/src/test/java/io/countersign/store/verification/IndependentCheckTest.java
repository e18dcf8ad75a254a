package io.countersign.store.verification;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.countersign.action.ActionId;
import io.countersign.audit.Cosignature;
import io.countersign.audit.EventType;
import io.countersign.audit.EvidenceException;
import io.countersign.audit.SignedNote;
import io.countersign.audit.SigningKey;
import io.countersign.audit.TreeHash;
import io.countersign.store.evidence.EvidenceLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Go project's signed notes and transparency log must find our log good, and only ours. */
@Timeout(300)
class IndependentCheckTest {
  private static final Path MODULE = Path.of("src/test/go/checklog");

  @TempDir private static Path build;
  @TempDir private Path folder;

  @BeforeAll
  static void compile() throws Exception {
    assumeTrue(isGoPresent(), "skipped: the independent check of the log needs go");
    assumeTrue(
        run(MODULE, "go", "mod", "download").code() == 0,
        "skipped: the independent check of the log needs golang.org/x/mod");
    Run compiled = run(MODULE, "go", "build", "-o", build.resolve("checklog").toString(), ".");
    assertThat(compiled.code()).as(compiled.output()).isZero();
  }

  private record Run(int code, String output) {}

  private static boolean isGoPresent() throws InterruptedException {
    try {
      return run(MODULE, "go", "version").code() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static Run run(Path folder, String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(200, TimeUnit.SECONDS)).isTrue();
    return new Run(process.exitValue(), output.strip());
  }

  private String check() throws IOException, InterruptedException {
    return run(build, build.resolve("checklog").toString(), folder.toString()).output();
  }

  @Test
  void anotherImplementationFindsTheLogGoodAndEveryChangeBad() throws Exception {
    try (EvidenceLog evidence = new EvidenceLog()) {
      export(evidence);
    }
    assertThat(check()).isEqualTo("VALID");
    assertBad("entries.ndjson", "sub_", "sub-");
    assertBad("log.vkey", "+A", "+B");
    assertBad("605.checkpoint", "605", "604");
    assertBad("3.tlog-proof", "index 603", "index 601");
    assertBad("300-605.consistency", "300\n", "301\n");
    assertThat(check()).isEqualTo("VALID");
  }

  /**
   * The other implementation reads spare bits of base64 as nothing, so a change makes a new value.
   */
  @ParameterizedTest
  @ValueSource(strings = {"2.checkpoint", "3.tlog-proof", "300-605.consistency"})
  void anotherImplementationFindsEveryChangedByteBad(String name) throws Exception {
    try (EvidenceLog evidence = new EvidenceLog()) {
      export(evidence);
    }
    Path file = folder.resolve(name);
    byte[] good = Files.readAllBytes(file);
    for (int i = 0; i < good.length; i++) {
      byte[] bad = good.clone();
      bad[i] = (byte) (bad[i] == 'A' ? 'Q' : 'A');
      Files.write(file, bad);
      assertThat(check()).as("byte " + i + " of " + name).startsWith("INVALID: ");
    }
    Files.write(file, good);
    assertThat(check()).isEqualTo("VALID");
  }

  private void assertBad(String name, String from, String to) throws Exception {
    Path file = folder.resolve(name);
    String original = Files.readString(file);
    Files.writeString(file, original.replaceFirst(Pattern.quote(from), to));
    assertThat(check()).as(name).startsWith("INVALID: ");
    Files.writeString(file, original);
  }

  private void export(EvidenceLog evidence) throws IOException {
    List<ActionId> actions = List.of(ActionId.random(), ActionId.random(), ActionId.random());
    for (int i = 0; i < 3; i++) {
      evidence.fill(1, 200);
      evidence.record(EventType.ACTION_SUCCEEDED, actions.get(i));
      evidence.integrator.integrate();
      write((i + 1) + ".checkpoint", evidence.log.checkpoint().orElseThrow());
    }
    evidence.record(EventType.VOTE_COUNTED, ActionId.random());
    evidence.integrator.integrate();
    // A witness's line is of a type that Go's notes do not know, and is passed over.
    String newest = evidence.log.checkpoint().orElseThrow();
    write("605.checkpoint", newest + cosignature(newest));
    write("log.vkey", evidence.key.verifierKey() + "\n");
    write("entries.ndjson", String.join("\n", evidence.log.entries(0, 605)) + "\n");
    for (int i = 0; i < 3; i++) {
      String proof = evidence.log.receipt(actions.get(i)).orElseThrow().proof();
      write((i + 1) + ".tlog-proof", proof);
    }
    for (int size : new int[] {1, 256, 300, 512, 604}) {
      List<TreeHash> path = evidence.log.consistency(size, 605).orElseThrow();
      String hashes = path.stream().map(TreeHash::toString).collect(Collectors.joining("\n"));
      write(size + "-605.consistency", size + "\n605\n" + hashes + "\n");
    }
  }

  private static String cosignature(String checkpoint) throws IOException {
    try {
      SigningKey witness = SigningKey.generate("witness.example/w1");
      return Cosignature.sign(SignedNote.parse(checkpoint), witness, Instant.now()).toString();
    } catch (EvidenceException e) {
      throw new IOException(e);
    }
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }
}
