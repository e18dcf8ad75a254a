package io.countersign.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.sql.Analysis.Span;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What several statements mean together is the worst of each. */
class UnderstandingTest {
  private static final ParserPool POOL = new ParserPool();
  private static final StatementAnalyser ANALYSER = new StatementAnalyser(POOL, 0);

  @Test
  void oneStatementIsItself() {
    Understanding one = understand("select a from orders", 3L);
    assertThat(together(List.of("select a from orders"), one)).isSameAs(one);
  }

  @Test
  void worstClassIsTheClassOfAll() {
    assertThat(of("select a from t", "delete from orders where id = 1").statementClass())
        .isEqualTo(StatementClass.WRITE);
    assertThat(of("drop table orders", "delete from t where id = 1").statementClass())
        .isEqualTo(StatementClass.DDL);
    assertThat(of("select a from t", "select b from u").statementClass())
        .isEqualTo(StatementClass.READ);
    Analysis all = of("select a from t", "drop table orders", "select b from u");
    assertThat(all.statementClass()).isEqualTo(StatementClass.DDL);
    assertThat(all.verb()).isEqualTo(ANALYSER.analyse("drop table orders").verb());
    assertThat(all.statements()).isEqualTo(3);
    // Of two that are equally bad the first gives the title.
    assertThat(of("delete from t where id = 1", "update u set a = 1 where id = 1").verb())
        .isEqualTo(ANALYSER.analyse("delete from t where id = 1").verb());
  }

  @Test
  void namesOfAllAreThere() {
    Analysis all = of("select lower(a) from t", "select b::text from u where c = 1", "table t");
    assertThat(all.tables()).containsExactly("t", "u");
    assertThat(all.columns()).contains("a", "b", "c");
    assertThat(all.functions()).containsExactly("lower");
    assertThat(all.types()).containsExactly("text");
    assertThat(all.wholeRows()).isTrue();
    assertThat(of("select a from t", "select b from u").wholeRows()).isFalse();
  }

  @Test
  void oneUnboundedWriteOrUninspectablePartIsEnough() {
    assertThat(of("select a from t", "delete from orders").unboundedWrite()).isTrue();
    assertThat(of("select a from t", "delete from orders where id = 1").unboundedWrite()).isFalse();
    assertThat(of("select a from t", "do $$begin end$$").isComplete()).isFalse();
    assertThat(of("select a from t", "select b from u").isComplete()).isTrue();
  }

  @Test
  void onlyWhatCanAllBeTakenBackIsReversible() {
    String no = "drop table orders";
    String yes = "select a from t";
    String unknown = "do $$begin end$$";
    assertThat(of(yes, no).reversible()).isEqualTo(Reversible.NO);
    assertThat(of(unknown, no, yes).reversible()).isEqualTo(Reversible.NO);
    assertThat(of(yes, unknown).reversible()).isEqualTo(Reversible.UNKNOWN);
    assertThat(of(yes, yes).reversible()).isEqualTo(Reversible.YES);
  }

  @Test
  void spansPointIntoTheTextOfAll() {
    String first = "select 'é'";
    String second = "delete from t -- why";
    Analysis all = of(first, second, "select 7");
    int secondAt = 11 + 3;
    int thirdAt = secondAt + 20 + 3;
    assertThat(all.literals()).containsExactly(new Span(7, 11), new Span(thirdAt + 7, thirdAt + 8));
    assertThat(all.comments()).containsExactly(new Span(secondAt + 14, secondAt + 20));
    assertThat(all.hotSpans()).allMatch(span -> span.start() >= secondAt && span.end() < thirdAt);
    assertThat(all.hotSpans()).isNotEmpty();
  }

  @Test
  void rowsAddUpUnlessOneIsUnknown() {
    List<String> two = List.of("select a from t", "select b from u");
    assertThat(together(two, understand(two.get(0), 3L), understand(two.get(1), 4L)))
        .extracting(Understanding::estimatedRows)
        .isEqualTo(7L);
    assertThat(together(two, understand(two.get(0), 3L), understand(two.get(1), null)))
        .extracting(Understanding::estimatedRows)
        .isNull();
  }

  @Test
  void cataloguesAnswersAreJoined() {
    Understanding one = resolved("public.b", "view b", "objection", "trigger x", List.of("pii"));
    Understanding other = resolved("public.a", "view a", "objection", "trigger y", List.of("pci"));
    Understanding all = together(List.of("table b", "table a"), one, other);
    Resolution resolution = all.resolution();
    assertThat(resolution.tables()).containsExactly("public.a", "public.b");
    assertThat(resolution.columns()).containsExactly("public.a.id", "public.b.id");
    assertThat(resolution.effects()).containsExactly("trigger x", "trigger y");
    assertThat(resolution.objections()).containsExactly("objection");
    assertThat(resolution.fingerprint()).containsOnlyKeys("view a", "view b");
    assertThat(resolution.ways()).containsOnlyKeys("public.a", "public.b");
    assertThat(all.tags()).containsExactly("pci", "pii");
  }

  @Test
  void differencesAreNamedInBothDirections() {
    Resolution before = resolved("public.a", "view a", "", "", List.of()).resolution();
    Resolution after = resolved("public.a", "view b", "", "", List.of()).resolution();
    assertThat(after.differencesFrom(before)).containsExactly("view a", "view b");
    assertThat(after.differencesFrom(after)).isEmpty();
    assertThat(Resolution.unreadable().isUnreadable()).isTrue();
    assertThat(after.isUnreadable()).isFalse();
    assertThat(after.objecting(List.of("new")).objections()).contains("new");
  }

  private static Analysis of(String... statements) {
    return together(
            List.of(statements),
            java.util.Arrays.stream(statements)
                .map(sql -> understand(sql, 1L))
                .toArray(Understanding[]::new))
        .analysis();
  }

  private static Understanding together(List<String> statements, Understanding... parts) {
    return Understanding.together(
        List.of(parts),
        statements.stream()
            .map(sql -> sql.getBytes(java.nio.charset.StandardCharsets.UTF_8).length)
            .toList(),
        3);
  }

  private static Understanding understand(String sql, @Nullable Long rows) {
    return new Understanding(
        ANALYSER.analyse(sql), Resolution.together(List.of(empty())), List.of(), rows);
  }

  private static Resolution empty() {
    return new Resolution(List.of(), List.of(), List.of(), List.of(), new TreeMap<>());
  }

  private static Understanding resolved(
      String table, String subject, String objection, String effect, List<String> tags) {
    Resolution resolution =
        new Resolution(
            List.of(table),
            List.of(table + ".id"),
            List.of(effect),
            List.of(objection),
            new TreeMap<>(Map.of(subject, "1")),
            new TreeMap<>(Map.of(table, "named")));
    return new Understanding(ANALYSER.analyse("select 1"), resolution, tags, 1L);
  }
}
