package io.countersign.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.Target;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TagMatchTest {
  private static final Target TARGET =
      new Target(
          "shop",
          "test",
          List.of(),
          List.of("public", "archive"),
          Map.of(
              "public.customers.email", List.of("pii", "email"),
              "archive.customers.phone", List.of("pii", "phone"),
              "public.payments", List.of("pci")));

  private static List<String> tags(
      List<String> tables, List<String> columns, boolean wholeRows, List<String> doubts) {
    Analysis analysis =
        new Analysis(
            StatementClass.READ,
            1,
            "Read",
            tables,
            columns,
            wholeRows,
            List.of(),
            List.of(),
            List.of(),
            false,
            Reversible.YES,
            doubts,
            List.of(),
            List.of(),
            List.of(),
            List.of());
    return TagMatch.tagsTouched(analysis, TARGET);
  }

  @Test
  void columnTagsCountWhenTheColumnIsNamed() {
    assertThat(tags(List.of("public.customers"), List.of("id"), false, List.of())).isEmpty();
    assertThat(tags(List.of("public.customers"), List.of("email"), false, List.of()))
        .containsExactly("email", "pii");
  }

  @Test
  void unqualifiedNameMayMeanAnySchemaOfTheSearchPath() {
    assertThat(tags(List.of("customers"), List.of("phone"), false, List.of()))
        .containsExactly("phone", "pii");
  }

  @Test
  void wholeRowsAndDoubtTouchEveryColumn() {
    assertThat(tags(List.of("customers"), List.of(), true, List.of()))
        .containsExactly("email", "phone", "pii");
    assertThat(tags(List.of("customers"), List.of(), false, List.of("unknown function")))
        .containsExactly("email", "phone", "pii");
  }

  @Test
  void wholeTableTagsAlwaysCount() {
    assertThat(tags(List.of("payments"), List.of("id"), false, List.of())).containsExactly("pci");
    assertThat(tags(List.of("payments_old"), List.of("id"), true, List.of())).isEmpty();
  }
}
