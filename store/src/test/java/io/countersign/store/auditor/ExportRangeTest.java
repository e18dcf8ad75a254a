package io.countersign.store.auditor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExportRangeTest {
  @Test
  void rangesThatAreNoneAreRefused() {
    assertThat(ExportRange.parse("2026-01-31", null).from())
        .isEqualTo(Instant.parse("2026-01-31T00:00:00Z"));
    for (String bad :
        List.of("", "yesterday", "2026-02-30", "1999-12-31", "+12345-01-01T00:00:00Z")) {
      assertThatThrownBy(() -> ExportRange.parse(null, bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("`to` must be a day as `2026-01-31` or a time");
    }
    assertThatThrownBy(() -> ExportRange.parse("2026-02-01", "2026-02-01"))
        .hasMessage("`from` must be before `to`");
  }
}
