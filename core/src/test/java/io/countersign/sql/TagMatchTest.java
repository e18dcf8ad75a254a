package io.countersign.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.Target;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
            List.of(),
            Mentions.NONE);
    return TagMatch.tagsTouched(analysis, Resolution.objecting("not asked"), TARGET);
  }

  private static List<String> tags(List<String> tables, String... columns) {
    Resolution resolution =
        new Resolution(tables, List.of(columns), List.of(), List.of(), new TreeMap<>());
    Analysis analysis =
        new Analysis(
            StatementClass.READ,
            1,
            "Read",
            List.of("customers"),
            List.of("email"),
            true,
            List.of(),
            List.of(),
            List.of(),
            false,
            Reversible.YES,
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            Mentions.NONE);
    return TagMatch.tagsTouched(analysis, resolution, TARGET);
  }

  @Test
  void whatTheCatalogueResolvedIsExact() {
    assertThat(tags(List.of("public.customers"), "public.customers.id")).isEmpty();
    assertThat(tags(List.of("archive.customers"), "archive.customers.phone"))
        .containsExactly("phone", "pii");
    assertThat(tags(List.of("public.payments", "public.paid"), "public.paid.amount"))
        .containsExactly("pci");
  }

  @Test
  void resolutionWithAnObjectionTouchesEveryColumnOfItsTables() {
    Resolution objecting =
        new Resolution(
            List.of("public.customers"), List.of(), List.of(), List.of("no"), new TreeMap<>());
    assertThat(TagMatch.tagsTouched(objecting, TARGET, "public.customers"))
        .containsExactly("email", "pii");
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
