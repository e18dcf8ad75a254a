package io.countersign.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.Period;
import java.util.List;
import org.junit.jupiter.api.Test;

class RetentionNoticeTest {
  private final SigningKey key = key("log.example/audit");
  private final KeyRing keys = KeyRing.of(List.of(key.verifierKey()));
  private final RetentionNotice notice =
      new RetentionNotice(512, Period.ofYears(7), Instant.parse("2040-01-01T00:00:00.000001999Z"));

  private static SigningKey key(String origin) {
    try {
      return SigningKey.generate(origin);
    } catch (EvidenceException e) {
      throw new IllegalStateException(e);
    }
  }

  private String body(SigningKey signer) {
    return notice.event(signer).body(Subject.StandIns.NONE);
  }

  @Test
  void whatTheLogsKeySignedIsReadAsItWasWritten() {
    assertThat(RetentionNotice.read(body(key), keys, 512)).contains(notice);
    assertThat(notice.at()).isEqualTo(Instant.parse("2040-01-01T00:00:00.000001Z"));
  }

  @Test
  void changedWordsUnderAGenuineSignatureAllowNothing() {
    String body = body(key);
    for (String[] change :
        new String[][] {
          {"\"below\":512", "\"below\":256"},
          {"\"below\":512", "\"below\":\"512\""},
          {"\"keep\":\"P7Y\"", "\"keep\":\"P1D\""},
          {"\"keep\":\"P7Y\"", "\"keep\":\"for ever\""},
          {"\"at\":\"2040", "\"at\":\"2050"},
          {"\"at\":\"2040", "\"at\":\"40"},
          {"\\n512\\n", "\\n256\\n"},
        }) {
      assertThat(body).contains(change[0]);
      assertThat(RetentionNotice.read(body.replace(change[0], change[1]), keys, 600))
          .as(change[1])
          .isEmpty();
    }
    assertThat(RetentionNotice.read("", keys, 600)).isEmpty();
    assertThat(RetentionNotice.read("[]", keys, 600)).isEmpty();
  }

  @Test
  void keyOfAnotherLogAllowsNothingHere() {
    SigningKey other = key("other.example/audit");
    assertThat(RetentionNotice.read(body(other), keys, 600)).isEmpty();
  }

  @Test
  void retiredKeyAllowsNothingBeyondItsEnd() {
    KeyRing retired = new KeyRing(List.of(new TrustedKey(key.verifierKey(), 600)));
    assertThat(RetentionNotice.read(body(key), retired, 599)).contains(notice);
    assertThat(RetentionNotice.read(body(key), retired, 600)).isEmpty();
  }

  @Test
  void timeIsOverForWhatWasWrittenBeforeTheCutoffAlone() {
    assertThat(notice.wasOver("{\"at\":\"2033-01-01T00:00:00Z\"}")).isTrue();
    assertThat(notice.wasOver("{\"at\":\"2033-01-01T00:00:00.000001Z\"}")).isFalse();
    assertThat(notice.wasOver("{\"at\":\"once\"}")).isFalse();
    assertThat(notice.wasOver("{}")).isFalse();
    assertThat(notice.wasOver("")).isFalse();
  }
}
