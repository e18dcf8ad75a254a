package io.countersign.worker;

import java.time.Period;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** For how long the bodies of log entries are kept, in ISO 8601; without this section for ever. */
public record RetentionConfig(Period keep) {

  static Optional<Period> keep(CountersignConfig config) {
    return Optional.ofNullable(config.audit().retention()).map(RetentionConfig::keep);
  }

  static boolean isGood(@Nullable RetentionConfig retention) {
    return retention == null || (!retention.keep.isNegative() && !retention.keep.isZero());
  }
}
