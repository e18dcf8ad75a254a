package io.countersign.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class QualifiedNameTest {
  @Test
  void plainPartsStandAsTheyAre() {
    assertThat(QualifiedName.of(List.of("public", "Orders"))).isEqualTo("public.Orders");
    assertThat(QualifiedName.parts("public.Orders")).containsExactly("public", "Orders");
  }

  @Test
  void dotsAndQuotesInAPartAreNotTakenForItsEnd() {
    List<List<String>> names =
        List.of(
            List.of("a.b", "c"),
            List.of("a", "b.c", "d"),
            List.of("a\"b", "c"),
            List.of("\"", "\"\"", "."),
            List.of("a\".\"b"),
            List.of("", "a"));
    assertThat(names)
        .allSatisfy(
            name -> assertThat(QualifiedName.parts(QualifiedName.of(name))).isEqualTo(name));
    assertThat(names).extracting(QualifiedName::of).doesNotHaveDuplicates();
    assertThat(QualifiedName.of(List.of("a.b", "c"))).isEqualTo("\"a.b\".c");
    assertThat(QualifiedName.of(List.of("a\"b", "c"))).isEqualTo("\"a\"\"b\".c");
  }
}
