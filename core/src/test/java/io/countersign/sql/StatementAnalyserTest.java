package io.countersign.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatementAnalyserTest {
  private static final ParserPool POOL = new ParserPool();
  private static final StatementAnalyser ANALYSER = new StatementAnalyser(POOL, 0);

  @AfterAll
  static void close() {
    POOL.close();
  }

  @Test
  void deleteNamesWhatItTouches() {
    Analysis analysis =
        ANALYSER.analyse(
            """
            with late as (select id from orders where placed_at < '2020-01-01')
            delete from public.payments p using late -- as agreed
            where p.order_id = late.id and lower(p.method::text) = 'card'
            """);
    assertThat(analysis.statementClass()).isEqualTo(StatementClass.WRITE);
    assertThat(analysis.verb()).isEqualTo("Delete from");
    assertThat(analysis.tables()).containsExactly("public.payments", "orders");
    assertThat(analysis.columns()).containsExactly("id", "placed_at", "order_id", "method");
    assertThat(analysis.functions()).containsExactly("lower");
    assertThat(analysis.operators()).containsExactly("<", "=");
    assertThat(analysis.types()).containsExactly("text");
    assertThat(analysis.reversible()).isEqualTo(Reversible.NO);
    assertThat(analysis.wholeRows()).isFalse();
    assertThat(analysis.unboundedWrite()).isFalse();
    assertThat(analysis.statements()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select * from payments",
        "select p from payments p",
        "select payments from payments",
        "select to_jsonb(p) from payments p",
        "select row_to_json(x) from (select id from payments) x",
        "select x from payments as x(a, b)",
        "table payments",
        "select id from payments natural join orders",
        "select (p).* from payments p",
        "insert into payments values (1)",
        "update payments set a = 1 where id = 3 returning *",
        "with x as (select 1) select x from x",
        "copy payments to stdout"
      })
  void wholeRowIsNoticed(String sql) {
    assertThat(ANALYSER.analyse(sql).wholeRows()).isTrue();
  }

  @Test
  void countOfRowsIsNotAWholeRow() {
    assertThat(ANALYSER.analyse("select count(*), p.id from payments p").wholeRows()).isFalse();
  }

  @Test
  void queryNameHidesATableOnlyWhereItIsVisible() {
    assertTables("with a as (select 1) select * from a");
    assertTables("with a as (select * from a) select * from a", "a");
    assertTables("with recursive a as (select * from a) select * from a");
    assertTables("with a as (select 1) select * from public.a", "public.a");
    assertTables("select * from (with a as (select 1) select * from a) x, a", "a");
    assertTables("with b as (select * from a), a as (select 1) select * from b, a", "a");
    assertTables("with a as (select 1) delete from a where id = 1", "a");
    assertTables("with a as (select 1) select (select max(id) from a) from b", "b");
  }

  @Test
  void tablesOfOtherStatementsAreNamed() {
    assertTables("drop table a, public.b", "a", "public.b");
    assertTables("truncate a, b", "a", "b");
    assertTables("alter table public.a add column x int references b", "public.a", "b");
    assertTables("grant select on a, s.b to c", "a", "s.b");
    assertTables("create table a as select * from b", "a", "b");
    assertTables("copy a to stdout", "a");
    assertTables("create index on a (x)", "a");
    assertTables("merge into a using b on a.id = b.id when matched then delete", "a", "b");
    assertTables("insert into a select * from b join c.d on true", "a", "b", "c.d");
  }

  @Test
  void titleLeadsWithTheWorstOfSeveralEffects() {
    assertVerb("select 1", "Read");
    assertVerb("select * from a for update", "Lock rows of");
    assertVerb(
        "with x as (delete from a returning 1) insert into b select * from x", "Delete from");
    assertVerb("explain analyze update a set b = 1 where id = 1", "Update");
    assertVerb("drop table a", "Drop table");
    assertVerb("drop materialized view a", "Drop materialized view");
    assertVerb("alter table a add column b int", "Alter table");
    assertVerb("grant select on a to b", "Grant on");
    assertVerb("revoke select on a from b", "Revoke on");
    assertVerb("select f(1)", "Query");
  }

  @Test
  void valuesCommentsAndDangerousWordsHaveTheirPlace() {
    String sql = "delete /* ünder */ from a where n = 'Zoë' and m = 3.5 -- end";
    Analysis analysis = ANALYSER.analyse(sql);
    assertThat(texts(sql, analysis.literals())).containsExactly("'Zoë'", "3.5");
    assertThat(texts(sql, analysis.comments())).containsExactly("/* ünder */", "-- end");
    assertThat(texts(sql, analysis.hotSpans())).containsExactly("delete");
  }

  @Test
  void everyKindOfLiteralIsMasked() {
    String sql =
        "select 'one', E'two\\n', U&'three', N'four', B'0101', X'beef', $$five$$, $a$six$a$,"
            + " 7.5, 0x1F, 1e9, interval '8 days', -9 /* ten */ -- eleven";
    assertThat(LiteralMask.mask(sql, ANALYSER.analyse(sql)))
        .doesNotContainPattern("one|two|three|four|0101|beef|five|six|7|1F|1e9|8|9|ten|eleven")
        .contains("‹hidden›", "/* hidden comment */");
  }

  @Test
  void statementThatDoesNotParseIsMaskedAsAWhole() {
    String sql = "selekt 'secret'";
    assertThat(LiteralMask.mask(sql, ANALYSER.analyse(sql))).isEqualTo("‹hidden›");
  }

  @Test
  void reasonsNeverQuoteValues() {
    for (String sql :
        List.of(
            "select 'secret' from from",
            "select secret_function('secret')",
            "create role r password 'secret' from",
            "select 'secret",
            "do 'secret'")) {
      assertThat(String.join(" ", ANALYSER.analyse(sql).uninspectable()))
          .isNotEmpty()
          .doesNotContain("'secret");
    }
  }

  @Test
  void longBlanksBeforeThePartThatMattersAreNoticed() {
    assertThat(ANALYSER.analyse(" ".repeat(10_000) + "delete from a").warnings()).hasSize(1);
    assertThat(ANALYSER.analyse("select 1 " + "\n".repeat(10_000) + "; drop table a").warnings())
        .hasSize(1);
    assertThat(ANALYSER.analyse("/*" + "x".repeat(10_000) + "*/ delete from a").warnings())
        .hasSize(1);
    assertThat(ANALYSER.analyse("delete from a").warnings()).isEmpty();
  }

  @Test
  void misleadingCharactersRaiseTheClassAndAreNamed() {
    assertDeceptive("select 1 /* \u202e */", "direction");
    assertDeceptive("select '\u200b'", "zero width");
    assertDeceptive("select '\u001b[31m'", "control");
    assertDeceptive("select '\u00a0'", "cannot be seen");
    assertDeceptive("select \u0440ayments from a", "several scripts");
    assertDeceptive("select a from \uff50ayments", "several scripts");
    assertDeceptive("select gro\u0308\u00dfe from a", "several scripts");
    assertDeceptive("select a\u2215b from a", "several scripts");
    assertDeceptive("select U&\"\\0061\" from a", "Unicode escapes");
    assertDeceptive("select " + "a".repeat(64) + " from a", "63 bytes");
    assertThat(ANALYSER.analyse("select " + "a".repeat(63) + " from a").warnings()).isEmpty();
    assertThat(ANALYSER.analyse("select 'Zoë\r\n\t中'").warnings()).isEmpty();
  }

  @Test
  void namesInAnotherLanguageAreNoticedAndTheTableIsTheCataloguesToKnow() {
    Analysis column =
        ANALYSER.analyse("select größe as höhe, 売上_id from orders ö where ö.größe > 1");
    assertThat(column.statementClass()).isEqualTo(StatementClass.READ);
    assertThat(column.warnings()).containsExactly("a name has characters outside ASCII");
    Analysis table = ANALYSER.analyse("select 1 from lager.\"Aufträge\"");
    assertThat(table.statementClass()).isEqualTo(StatementClass.UNKNOWN);
    assertThat(table.uninspectable())
        .containsExactly("the name `Aufträge` has characters that look like others");
    Resolution known =
        new Resolution(
            List.of(), List.of(), List.of(), List.of(), new TreeMap<>(), new TreeMap<>());
    assertThat(table.settledBy(known).statementClass()).isEqualTo(StatementClass.READ);
    assertThat(ANALYSER.analyse("delete from Aufträge where id = 1").statementClass())
        .isEqualTo(StatementClass.WRITE);
  }

  @Test
  void refusalCountsStatements() {
    assertThat(ANALYSER.refusal("select 1;")).isEmpty();
    assertThat(ANALYSER.refusal("select 1; select 2"))
        .contains("expected one statement but found 2");
    assertThat(ANALYSER.refusal(" -- nothing")).isPresent();
    assertThat(ANALYSER.refusal("create function f() returns int begin atomic select 1; end"))
        .isEmpty();
    assertThat(ANALYSER.refusal("selekt")).isEmpty();
  }

  @Test
  void operatorsAndMethodsOfSamplingAreNamed() {
    assertThat(ANALYSER.analyse("select a + 1 from t where b ~ 'x'").operators())
        .containsExactlyInAnyOrder("+", "~");
    assertThat(ANALYSER.analyse("select a from t tablesample system (10)").functions())
        .containsExactly("system");
  }

  @Test
  void repeatedStatementComesFromTheCache() {
    StatementAnalyser remembering = new StatementAnalyser(POOL);
    Analysis first = remembering.analyse("select cached from a");
    assertThat(remembering.analyse("select cached from a")).isSameAs(first);
  }

  @Test
  void noTextMakesItThrow() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    List<String> pieces =
        List.of(
            "select",
            "delete",
            "from",
            "where",
            "(",
            ")",
            "'",
            "\"",
            "$$",
            "--",
            "/*",
            "*/",
            ";",
            ",",
            "a",
            "1",
            "\0",
            "\ud800",
            "\u202e",
            " ",
            "\n",
            "case",
            "end",
            "with",
            "as",
            "E'\\",
            "U&\"",
            "::",
            "copy",
            "do",
            "[",
            "]",
            ".",
            "*",
            "$1",
            "begin atomic");
    for (int i = 0; i < 2_000; i++) {
      StringBuilder sql = new StringBuilder();
      int length = random.nextInt(30);
      for (int j = 0; j < length; j++) {
        sql.append(pieces.get(random.nextInt(pieces.size())))
            .append(random.nextBoolean() ? " " : "");
      }
      assertThat(ANALYSER.analyse(sql.toString()).verb()).isNotEmpty();
    }
  }

  private static void assertTables(String sql, String... tables) {
    assertThat(ANALYSER.analyse(sql).tables()).as(sql).containsExactly(tables);
  }

  private static void assertVerb(String sql, String verb) {
    assertThat(ANALYSER.analyse(sql).verb()).as(sql).isEqualTo(verb);
  }

  private static void assertDeceptive(String sql, String warning) {
    Analysis analysis = ANALYSER.analyse(sql);
    assertThat(analysis.statementClass()).as(sql).isEqualTo(StatementClass.UNKNOWN);
    assertThat(analysis.isComplete()).isFalse();
    assertThat(analysis.warnings()).as(sql).anyMatch(text -> text.contains(warning));
  }

  private static List<String> texts(String sql, List<Analysis.Span> spans) {
    byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
    return spans.stream()
        .map(
            span ->
                new String(bytes, span.start(), span.end() - span.start(), StandardCharsets.UTF_8))
        .toList();
  }
}
