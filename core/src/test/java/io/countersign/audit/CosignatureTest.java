package io.countersign.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CosignatureTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  private final SigningKey log = SigningKey.generate(MemoryLog.ORIGIN);
  private final SigningKey witness = SigningKey.generate("witness.example/w1");
  private final CosignerKey cosigner = CosignerKey.of(witness);
  private final String checkpoint = MemoryLog.ofSize(5).checkpoint(log);

  CosignatureTest() throws EvidenceException {}

  private SignedNote cosigned() throws EvidenceException {
    SignedNote note = SignedNote.parse(checkpoint);
    List<SignedNote.NoteSignature> lines = new ArrayList<>(note.signatures());
    lines.add(Cosignature.sign(note, witness, NOW));
    return new SignedNote(note.text(), lines);
  }

  @Test
  void witnessSaysWhenItSawTheCheckpoint() throws EvidenceException {
    assertThat(Cosignature.verify(cosigned(), cosigner)).isEqualTo(NOW);
    assertThat(Cosignature.verify(SignedNote.parse(cosigned().toString()), cosigner))
        .isEqualTo(NOW);
  }

  @Test
  void logsKeyAcceptsTheCosignedCheckpointAndIgnoresTheOtherLine() throws EvidenceException {
    List<VerifierKey> keys = List.of(log.verifierKey());
    assertThat(Checkpoint.open(cosigned().toString(), keys).size()).isEqualTo(5);
  }

  @Test
  void witnessOfAnotherNameOrKeyDidNotSign() throws EvidenceException {
    for (String name : List.of("witness.example/w1", "witness.example/w2")) {
      CosignerKey other = CosignerKey.of(SigningKey.generate(name));
      assertThatThrownBy(() -> Cosignature.verify(cosigned(), other))
          .isInstanceOf(EvidenceException.class)
          .hasMessage("the witness `" + name + "` did not sign this");
    }
  }

  @Test
  void everyChangedByteOfTheCosignatureIsRefused() throws EvidenceException {
    byte[] line =
        Cosignature.sign(SignedNote.parse(checkpoint), witness, NOW).toString().getBytes(UTF_8);
    for (int at = 0; at < line.length; at++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] changed = line.clone();
        changed[at] ^= (byte) (1 << bit);
        assertThatThrownBy(
                () ->
                    Cosignature.verify(
                        SignedNote.parse(checkpoint + StrictText.fromUtf8(changed)), cosigner))
            .as("byte %s", at)
            .isInstanceOf(EvidenceException.class);
      }
    }
  }

  @Test
  void cosignatureOfAnotherCheckpointIsRefused() throws EvidenceException {
    SignedNote.NoteSignature line = Cosignature.sign(SignedNote.parse(checkpoint), witness, NOW);
    String other = MemoryLog.ofSize(6).checkpoint(log) + line;
    assertThatThrownBy(() -> Cosignature.verify(SignedNote.parse(other), cosigner))
        .hasMessage("the cosignature of `witness.example/w1` is wrong");
  }

  @Test
  void keysHaveExactlyOneText() throws EvidenceException {
    assertThat(CosignerKey.parse(cosigner.toString())).isEqualTo(cosigner);
    for (String wrong :
        List.of(
            witness.verifierKey().toString(),
            cosigner + "=",
            cosigner.toString().replace("w1", "w2"),
            "witness.example",
            "a+b+c",
            "")) {
      assertThatThrownBy(() -> CosignerKey.parse(wrong))
          .as(wrong)
          .isInstanceOf(EvidenceException.class);
    }
    assertThatThrownBy(() -> VerifierKey.parse(cosigner.toString()))
        .as("a log signs without a time")
        .isInstanceOf(EvidenceException.class);
  }

  // The example in C2SP tlog-witness.
  @Test
  void requestOfTheStandardIsRead() throws EvidenceException {
    String body =
        """
        old 20852014
        PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
        jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=

        example.com/behind-the-sofa
        20852163
        CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

        — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/\
        5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1g\
        GzGku9nTo+zyWE+xeMcTOAYQ8=
        """;
    AddCheckpoint request = AddCheckpoint.parse(body.getBytes(UTF_8));
    assertThat(request.oldSize()).isEqualTo(20_852_014);
    assertThat(request.proof()).hasSize(2);
    assertThat(request.checkpoint()).startsWith("example.com/behind-the-sofa\n20852163\n");
    assertThat(request).hasToString(body);
  }

  @Test
  void malformedRequestsAreRefused() {
    for (String wrong :
        List.of(
            "",
            "old 1",
            "old 01\n\nx",
            "old -1\n\nx",
            "old\n\nx",
            "new 1\n\nx",
            "old 1\nnot a hash\n\nx",
            "old 1\n" + (TreeHash.EMPTY + "\n").repeat(64) + "\nx")) {
      assertThatThrownBy(() -> AddCheckpoint.parse(wrong.getBytes(UTF_8)))
          .as(wrong)
          .isInstanceOf(EvidenceException.class);
    }
  }
}
