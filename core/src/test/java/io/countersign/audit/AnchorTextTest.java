package io.countersign.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnchorTextTest {
  private final List<String> notes = new ArrayList<>();
  private final SigningKey key = SigningKey.generate("log.example");
  private final String first = note(1);
  private final String second = note(2);

  AnchorTextTest() throws EvidenceException {}

  private String note(long size) {
    return new Checkpoint("log.example", size, TreeHash.EMPTY).sign(key);
  }

  /** Whether the text ends within a record. */
  private boolean read(String text) {
    AnchorText reader = new AnchorText();
    notes.clear();
    text.lines().forEach(line -> reader.take(line).ifPresent(notes::add));
    return reader.isTorn();
  }

  @Test
  void notesComeBackAsTheyWereSigned() {
    assertThat(read(AnchorText.record(first) + AnchorText.record(second))).isFalse();
    assertThat(notes).containsExactly(first, second);
  }

  /** Every place at which a crash can cut. */
  @Test
  void recordCutOffAnywhereLosesNoOther() {
    String whole = AnchorText.record(first);
    String cut = AnchorText.record(second);
    for (int length = 1; length < cut.length(); length++) {
      String text = whole + cut.substring(0, length);
      assertThat(read(text)).as("%d", length).isTrue();
      assertThat(notes).containsExactly(first);
      assertThat(AnchorText.isWhole(text)).isFalse();
      String closed = text + AnchorText.TORN_RECORD;
      assertThat(AnchorText.isWhole(closed)).isTrue();
      assertThat(read(closed + AnchorText.record(note(3)))).isFalse();
      assertThat(notes).startsWith(first).endsWith(note(3)).doesNotContain("");
      assertThat(notes.size()).as("%d", length).isEqualTo(length == cut.length() - 1 ? 3 : 2);
    }
  }

  @Test
  void wholeTextTakesAnotherRecord() {
    assertThat(AnchorText.isWhole("")).isTrue();
    assertThat(AnchorText.isWhole(AnchorText.record(first))).isTrue();
    assertThat(AnchorText.isWhole(first)).isFalse();
  }

  @Test
  void cosignedNoteIsOneRecord() {
    String cosigned = first + "\u2014 witness.example AAAAAAAA\n";
    assertThat(read(AnchorText.record(cosigned) + AnchorText.record(second))).isFalse();
    assertThat(notes).containsExactly(cosigned, second);
  }
}
