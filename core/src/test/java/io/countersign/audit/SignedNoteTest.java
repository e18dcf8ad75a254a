package io.countersign.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SignedNoteTest {
  // The key and note in the documentation of Go's golang.org/x/mod/sumdb/note.
  private static final String PETER =
      "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
  private static final String PETERS_NOTE =
      "If you think cryptography is the answer to your problem,\n"
          + "then you don't know what your problem is.\n\n"
          + "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqd"
          + "ngotpRZb6KE6RyyBwJnAM=\n";

  private final SigningKey key = SigningKey.generate("countersign.example/audit");
  private final SigningKey stranger = SigningKey.generate("witness.example");
  private final List<VerifierKey> known = List.of(key.verifierKey());

  SignedNoteTest() throws EvidenceException {}

  @Test
  void noteOfAnotherImplementationVerifies() throws EvidenceException {
    SignedNote note = SignedNote.parse(PETERS_NOTE);
    assertThat(note.requireSignedBy(List.of(VerifierKey.parse(PETER)))).hasSize(1);
    assertThat(note).hasToString(PETERS_NOTE);
  }

  @Test
  void keysHaveExactlyOneText() throws EvidenceException {
    assertThat(VerifierKey.parse(PETER)).hasToString(PETER);
    for (String wrong :
        List.of(
            PETER.replace("c74f20a3", "c74f20a4"),
            PETER.replace("c74f20a3", "C74F20A3"),
            PETER.replace("PeterNeumann", "Peter Neumann"),
            PETER.replace("PeterNeumann", ""),
            PETER.replace("+ARpc", "+AhpC"),
            PETER + "=",
            "PeterNeumann",
            "")) {
      assertThatThrownBy(() -> VerifierKey.parse(wrong))
          .as(wrong)
          .isInstanceOf(EvidenceException.class);
    }
  }

  @Test
  void signingKeySurvivesPem() throws EvidenceException {
    SigningKey read = SigningKey.ofPem(key.origin(), key.pem());
    assertThat(read.verifierKey()).isEqualTo(key.verifierKey());
    SignedNote note = SignedNote.sign("a\n", read);
    assertThat(note.requireSignedBy(known)).isEqualTo(known);
    assertThat(read.toString()).doesNotContain(key.pem().lines().toList().get(1));
  }

  @Test
  void keyThatIsNoneIsRefusedWithoutQuotingIt() {
    for (String pem :
        List.of(
            "",
            "secret",
            "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----",
            "-----BEGIN PRIVATE KEY-----\n!secret!\n-----END PRIVATE KEY-----")) {
      assertThatThrownBy(() -> SigningKey.ofPem("log", pem))
          .isInstanceOf(EvidenceException.class)
          .hasMessageContaining("PKCS#8")
          .hasMessageNotContaining("ecret")
          .hasNoCause();
    }
  }

  @Test
  void unknownSignatureLineIsIgnored() throws EvidenceException {
    String text = "a log\n";
    String own = SignedNote.sign(text, key).toString();
    String theirs = signatureLine(SignedNote.sign(text, stranger));
    assertThat(SignedNote.parse(own + theirs).requireSignedBy(known)).isEqualTo(known);
    String nonsense = "— witness.example AAAAAAAA\n";
    assertThat(SignedNote.parse(own + nonsense).requireSignedBy(known)).isEqualTo(known);
  }

  @Test
  void badSignatureOfAKnownKeyRejectsTheNote() throws EvidenceException {
    String own = SignedNote.sign("a log\n", key).toString();
    String ofAnotherText = signatureLine(SignedNote.sign("b log\n", stranger));
    SignedNote note = SignedNote.parse(own + ofAnotherText);
    assertThatThrownBy(
            () -> note.requireSignedBy(List.of(key.verifierKey(), stranger.verifierKey())))
        .hasMessage("the signature of a known key is wrong");
  }

  /** Half of all 32 bytes are no point of the curve. */
  @Test
  void keyThatIsNoPointSignsNothing() throws EvidenceException {
    VerifierKey none = VerifierKey.parse(ReceiptCorpus.keyOf(new byte[32], 2));
    assertThat(none.verifies(new byte[1], new byte[64])).isFalse();
    VerifierKey large = VerifierKey.parse(ReceiptCorpus.keyOf(new byte[32], -1));
    assertThat(large.verifies(new byte[1], new byte[64])).isFalse();
  }

  @Test
  void noteWithoutAKnownSignerIsRefused() throws EvidenceException {
    SignedNote note = SignedNote.sign("a log\n", stranger);
    assertThatThrownBy(() -> note.requireSignedBy(known)).hasMessage("no known key signed this");
    SigningKey sameName = SigningKey.generate(key.origin());
    SignedNote impostor = SignedNote.sign("a log\n", sameName);
    assertThatThrownBy(() -> impostor.requireSignedBy(known))
        .hasMessage("no known key signed this");
  }

  @Test
  void malformedNotesAreRefused() {
    String own = SignedNote.sign("a log\n", key).toString();
    for (String wrong :
        List.of(
            "",
            "a log\n",
            "a log\n\n",
            own.stripTrailing(),
            own + "\n",
            own.replace("— ", "- "),
            own.replace("— ", "—  "),
            own.replace("=\n", "\n"),
            own.replace("a log", "a\tlog"),
            own + signatureLine(SignedNote.sign("a\n", key)).repeat(64))) {
      assertThatThrownBy(() -> SignedNote.parse(wrong).requireSignedBy(known))
          .as(wrong)
          .isInstanceOf(EvidenceException.class);
    }
  }

  @Test
  void checkpointOfAnotherOriginIsRefused() throws EvidenceException {
    String other = new Checkpoint("other.example/log", 0, TreeHash.EMPTY).text();
    String note = SignedNote.sign(other, key).toString();
    assertThatThrownBy(() -> Checkpoint.open(note, known))
        .hasMessage("the checkpoint is of another log than the key");
  }

  @Test
  void checkpointNumbersAndHashesAreCanonical() throws EvidenceException {
    String root = TreeHash.EMPTY.toString();
    String spare = root.replace("FU=", "FV=");
    assertThat(spare).isNotEqualTo(root);
    for (String lines :
        List.of("01\n" + root, "+1\n" + root, "1\n" + spare, "1\n" + root + "\n\nx", "1")) {
      String note = SignedNote.sign(key.origin() + "\n" + lines + "\n", key).toString();
      assertThatThrownBy(() -> Checkpoint.open(note, known))
          .as(lines)
          .isInstanceOf(EvidenceException.class);
    }
    String extended = key.origin() + "\n1\n" + root + "\nextension\n";
    assertThat(Checkpoint.open(SignedNote.sign(extended, key).toString(), known).size())
        .isEqualTo(1);
  }

  private static String signatureLine(SignedNote note) {
    String whole = note.toString();
    return whole.substring(whole.lastIndexOf("\n\n") + 2);
  }
}
