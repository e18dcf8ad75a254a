package io.countersign.action;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  record Sample(String someName, @Nullable String leftOut, Instant at) {
    public boolean isOpen() {
      return true;
    }
  }

  private static final Sample SAMPLE =
      new Sample("a", null, Instant.parse("2026-06-01T12:00:00.5Z"));

  @Test
  void recordsBecomeSnakeCaseWithoutWhatIsAbsentOrDerived() {
    String text = Json.write(SAMPLE);
    assertThat(text).isEqualTo("{\"some_name\":\"a\",\"at\":\"2026-06-01T12:00:00.500Z\"}");
    assertThat(Json.read(text, Sample.class)).isEqualTo(SAMPLE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"some_name\":\"secret\"",
        "{\"some_name\":\"secret\",\"unknown\":1}",
        "{\"some_name\":\"secret\"} {}",
        "[\"secret\"]"
      })
  void whatWasNotWrittenHereIsAFaultThatQuotesNothing(String text) {
    assertThatIllegalStateException()
        .isThrownBy(() -> Json.read(text, Sample.class))
        .withMessage("stored JSON is not a Sample");
  }
}
