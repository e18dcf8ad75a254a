package io.countersign.activity.judging;

import io.countersign.sql.Analysis;
import io.countersign.store.TestDatabase;
import java.util.Arrays;

/** Prints how long it takes to resolve a statement that was resolved before, on a real server. */
public final class CatalogueTiming {
  private static final int WARM_UP = 2000;
  private static final int ROUNDS = 5000;
  private static final String STATEMENT =
      """
      select m.address, count(*) from mail_of_mail m join customers c on c.email = m.address
      join orders o on o.customer_id = c.id where o.status = 'paid'::status group by 1
      """;

  private CatalogueTiming() {}

  public static void main(String[] arguments) throws Exception {
    try (CatalogueFixture fixture =
        new CatalogueFixture(TestDatabase.emptyDatabase("catalogue_timing"))) {
      Analysis analysis = fixture.analyser.analyse(STATEMENT);
      long start = System.nanoTime();
      if (!fixture.catalogue.resolve(analysis).isComplete()) {
        throw new IllegalStateException("the statement was not resolved");
      }
      long first = System.nanoTime() - start;
      long[] times = new long[ROUNDS];
      for (int i = -WARM_UP; i < ROUNDS; i++) {
        long from = System.nanoTime();
        fixture.catalogue.resolve(analysis);
        if (i >= 0) {
          times[i] = System.nanoTime() - from;
        }
      }
      Arrays.sort(times);
      System.out.printf(
          "resolution: first %d us, warm p50 %d us, p95 %d us%n",
          first / 1000, times[ROUNDS / 2] / 1000, times[ROUNDS * 95 / 100] / 1000);
    }
    System.exit(0);
  }
}
