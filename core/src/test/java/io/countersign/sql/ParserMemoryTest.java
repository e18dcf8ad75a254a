package io.countersign.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ParserMemoryTest {
  private static final int PARSERS = 4;
  private static final long BOUND = 64L << 20;

  @Test
  void parserHoldsItsMemoryAndLittleMore() {
    List<PgQuery> parsers = new ArrayList<>(List.of(new PgQuery()));
    long before = usedHeap();
    for (int i = 0; i < PARSERS; i++) {
      parsers.add(new PgQuery());
    }
    long each = (usedHeap() - before) / PARSERS;
    Reference.reachabilityFence(parsers);
    System.out.printf("measured: a parser holds %d KiB of heap at rest%n", each >> 10);
    assertThat(each).isBetween(PgQuery.INITIAL_BYTES, PgQuery.INITIAL_BYTES + (2 << 20));
  }

  @Test
  void parserThatRanOutOfMemoryHoldsLessThan64MiB() {
    PgQuery first = new PgQuery();
    long before = usedHeap();
    PgQuery full = new PgQuery();
    ParserReply last = new ParserReply.Refused(0);
    for (int size = 12 << 20; size < PgQuery.MAXIMUM_BYTES; size += 1 << 20) {
      last = full.parse("select 1" + " ".repeat(size));
      if (!(last instanceof ParserReply.Parsed)) {
        break;
      }
    }
    long most = usedHeap() - before;
    Reference.reachabilityFence(List.of(first, full));
    System.out.printf("measured: a parser holds %d KiB of heap at most%n", most >> 10);
    assertThat(last).isInstanceOf(ParserReply.Refused.class);
    assertThat(most).isGreaterThan(PgQuery.MAXIMUM_BYTES - (4 << 20)).isLessThan(BOUND);
  }

  /** Of what is reachable: collects until a collection finds nothing more. */
  private static long usedHeap() {
    long used = Long.MAX_VALUE;
    for (int i = 0; i < 10; i++) {
      System.gc();
      long now = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
      if (now >= used) {
        return used;
      }
      used = now;
    }
    return used;
  }
}
