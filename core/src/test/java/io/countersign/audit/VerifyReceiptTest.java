package io.countersign.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.ActionId;
import io.countersign.action.Digest;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.PrintStream;
import java.nio.file.InvalidPathException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VerifyReceiptTest {
  private final Map<String, String> files = new HashMap<>();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  VerifyReceiptTest() throws EvidenceException {
    SigningKey key = SigningKey.generate(MemoryLog.ORIGIN);
    ActionId action = ActionId.random();
    Digest digest = Digest.sha256("x");
    MemoryLog log = new MemoryLog();
    log.add(MemoryLog.event(EventType.ACTION_DENIED, action, digest).body(Subject.StandIns.NONE));
    files.put("receipt.json", new Receipt(action, digest, log.entry(0), log.proof(0, key)).text());
    log.add(NamedEntry.body(EventType.ACTION_DENIED, action, digest));
    files.put(
        "named.json",
        new Receipt(action, digest, log.entry(1), log.proof(1, key))
            .withSubjects(NamedEntry.openings("bob", NamedEntry.HOSTILE, NamedEntry.LONG))
            .text());
    files.put("log.vkey", key.verifierKey() + "\n");
    files.put("other.vkey", SigningKey.generate(MemoryLog.ORIGIN).verifierKey() + "\n");
    files.put("empty.vkey", "\n");
    files.put("wrong.vkey", "not a key");
  }

  private int run(String... arguments) {
    return new VerifyReceipt(this::read, stream(out), stream(err)).run(List.of(arguments));
  }

  private byte[] read(String path, int limit) throws FileNotFoundException {
    if (path.contains("\0")) {
      throw new InvalidPathException(path, "no");
    }
    String text = files.get(path);
    if (text == null) {
      throw new FileNotFoundException(path);
    }
    byte[] bytes = text.getBytes(UTF_8);
    return Arrays.copyOf(bytes, Math.min(limit, bytes.length));
  }

  private static PrintStream stream(ByteArrayOutputStream target) {
    return new PrintStream(target, true, UTF_8);
  }

  @Test
  void genuineReceiptPrintsValidAndExitsZero() {
    assertThat(run("receipt.json", "--key", "log.vkey")).isZero();
    assertThat(out.toString(UTF_8).strip()).isEqualTo("VALID");
    assertThat(err.toString(UTF_8)).isEmpty();
  }

  @Test
  void openedPeopleFollowTheAnswerOneALineWhateverTheyAreCalled() {
    assertThat(run("named.json", "--key", "log.vkey")).isZero();
    assertThat(out.toString(UTF_8).lines())
        .startsWith("VALID")
        .containsExactlyInAnyOrder(
            "VALID",
            NamedEntry.pseudonym("bob") + " is bob",
            NamedEntry.pseudonym(NamedEntry.LONG) + " is " + "l".repeat(119) + "…",
            NamedEntry.pseudonym(NamedEntry.HOSTILE)
                + " is mal\"lory\\\\u{202E}\\u{A}sub_x is bob ü\uD83D\uDE00");
    files.computeIfPresent("named.json", (path, text) -> text.replace("bob\\\"}", "rob\\\"}"));
    out.reset();
    assertThat(run("named.json", "--key", "log.vkey")).isEqualTo(1);
    assertThat(out.toString(UTF_8).strip())
        .isEqualTo("INVALID: a subject's key and person give another pseudonym");
  }

  @Test
  void oneOfSeveralKeysIsEnoughWhereverItStands() {
    assertThat(run("--key", "other.vkey", "--key", "log.vkey", "receipt.json")).isZero();
  }

  @Test
  void changedReceiptPrintsTheReasonAndExitsOne() {
    files.computeIfPresent("receipt.json", (path, text) -> text.replace("index 0", "index 1"));
    assertThat(run("receipt.json", "--key", "log.vkey")).isEqualTo(1);
    assertThat(out.toString(UTF_8).strip())
        .isEqualTo("INVALID: the entry is not in the log at this index");
  }

  @Test
  void receiptOfAnotherKeyIsInvalid() {
    assertThat(run("receipt.json", "--key", "other.vkey")).isEqualTo(1);
    assertThat(out.toString(UTF_8).strip()).isEqualTo("INVALID: no known key signed this");
  }

  @Test
  void largeReceiptIsInvalidRatherThanCut() {
    files.computeIfPresent("receipt.json", (path, text) -> text + " ".repeat(Receipt.MAX_SIZE));
    assertThat(run("receipt.json", "--key", "log.vkey")).isEqualTo(1);
    assertThat(out.toString(UTF_8).strip()).isEqualTo("INVALID: a receipt has at most 1 MiB");
  }

  @Test
  void whatCannotBeReadIsNamed() {
    assertRefused(
        "cannot read `none.json`; expected a readable file", "none.json", "--key", "log.vkey");
    assertRefused(
        "cannot read `none.vkey`; expected a readable file", "receipt.json", "--key", "none.vkey");
    assertRefused("cannot read `a?b`; expected a readable file", "a\0b", "--key", "log.vkey");
    assertRefused(
        "`wrong.vkey`: a key is written `name+id+base64`", "receipt.json", "--key", "wrong.vkey");
    assertRefused(
        "`empty.vkey` holds no key; expected `name+id+base64`",
        "receipt.json",
        "--key",
        "empty.vkey");
  }

  @Test
  void wrongArgumentsPrintTheUsage() {
    String usage = "usage: countersign verify receipt.json --key log.vkey [--key ...]";
    assertRefused(usage);
    assertRefused(usage, "receipt.json");
    assertRefused(usage, "receipt.json", "--key");
    assertRefused(usage, "--key", "log.vkey");
    assertRefused(usage, "receipt.json", "again.json", "--key", "log.vkey");
    assertRefused(usage, "receipt.json", "--kee", "log.vkey");
  }

  private void assertRefused(String message, String... arguments) {
    err.reset();
    assertThat(run(arguments)).isEqualTo(1);
    assertThat(err.toString(UTF_8).strip()).isEqualTo(message);
    assertThat(out.toString(UTF_8)).isEmpty();
  }
}
