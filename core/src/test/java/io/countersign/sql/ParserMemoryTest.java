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
  void parserHoldsLessThan64MiB() {
    List<PgQuery> parsers = new ArrayList<>(List.of(new PgQuery()));
    long before = usedHeap();
    for (int i = 0; i < PARSERS; i++) {
      parsers.add(new PgQuery());
    }
    long each = (usedHeap() - before) / PARSERS;
    System.out.printf("a parser holds %d KiB of heap%n", each >> 10);
    assertThat(each).isBetween(1L << 20, BOUND);
    Reference.reachabilityFence(parsers);
  }

  @Test
  void parserCannotGrowBeyondItsBound() {
    assertThat(PgQuery.MAXIMUM_BYTES).isLessThanOrEqualTo(BOUND);
  }

  private static long usedHeap() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
