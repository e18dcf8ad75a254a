package io.countersign.sql;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** Counts what a pool of parsers answers. */
final class ParserTally {
  private final LongAdder parsed = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder replaced = new LongAdder();
  private final AtomicLongArray failed = new AtomicLongArray(ParserFailure.values().length);

  ParserReply count(ParserReply reply) {
    switch (reply) {
      case ParserReply.Parsed answer -> parsed.increment();
      case ParserReply.Refused answer -> refused.increment();
      case ParserReply.Failed(ParserFailure why) -> failed.incrementAndGet(why.ordinal());
    }
    return reply;
  }

  void replaced() {
    replaced.increment();
  }

  ParserMetrics metrics(int busy, int size) {
    Map<String, Long> reasons = new LinkedHashMap<>();
    for (ParserFailure why : ParserFailure.values()) {
      reasons.put(why.name().toLowerCase(Locale.ROOT), failed.get(why.ordinal()));
    }
    return new ParserMetrics(parsed.sum(), refused.sum(), reasons, replaced.sum(), busy, size);
  }
}
