package io.countersign.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.sql.TransactionParts.Part;
import java.util.List;
import org.junit.jupiter.api.Test;

class TransactionPartsTest {
  private static final String INSIDE = "alter table orders add column a int";
  private static final String OUTSIDE = "create index concurrently on orders (a)";

  @Test
  void oneTransactionHoldsWhatItCan() {
    assertThat(TransactionParts.of(List.of(INSIDE, INSIDE))).containsExactly(new Part(0, 2, false));
    assertThat(TransactionParts.of(List.of(OUTSIDE))).containsExactly(new Part(0, 1, true));
    assertThat(TransactionParts.of(List.of())).isEmpty();
  }

  @Test
  void whatNeedsNoneStandsAlone() {
    assertThat(TransactionParts.of(List.of(INSIDE, INSIDE, OUTSIDE, OUTSIDE, INSIDE)))
        .containsExactly(
            new Part(0, 2, false),
            new Part(2, 3, true),
            new Part(3, 4, true),
            new Part(4, 5, false));
    assertThat(TransactionParts.of(List.of(OUTSIDE, INSIDE)))
        .containsExactly(new Part(0, 1, true), new Part(1, 2, false));
  }

  @Test
  void partsNameTheirStepsAsPeopleCount() {
    assertThat(new Part(0, 2, false).steps()).isEqualTo("steps 1 to 2");
    assertThat(new Part(2, 3, true).steps()).isEqualTo("step 3");
  }
}
