package io.countersign.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PsqlScriptTest {
  @Test
  void semicolonsInQuotesCommentsAndParenthesesEndNothing() {
    assertThat(
            PsqlScript.statements(
                """
                select ';', E'\\';', "a;", $x$;$$;$x$ /* ; /* ; */ ; */ -- ;
                ; create rule r as on insert to t do (select 1; select 2);
                select 3"""))
        .containsExactly(
            "select ';', E'\\';', \"a;\", $x$;$$;$x$ /* ; /* ; */ ; */ -- ;\n;",
            "create rule r as on insert to t do (select 1; select 2);",
            "select 3");
  }

  @Test
  void routineBodyIsOneStatement() {
    String routine =
        "create or replace function f() returns int begin atomic"
            + " select case when true then 1 end; select 2; end;";
    assertThat(PsqlScript.statements(routine + " begin; select 1; end;"))
        .containsExactly(routine, "begin;", "select 1;", "end;");
  }

  @Test
  void commandsRowsAndVariablesOfPsqlAreNotSent() {
    assertThat(
            PsqlScript.statements(
                """
                \\set x 1
                select :x, :'x', a::int, a[1:b] \\gset
                copy t from stdin;
                1;\t'2
                \\.
                select 1 \\; select 2;
                \\d t
                """))
        .containsExactly(
            "select x, 'x', a::int, a[1:b]", "copy t from stdin;", "select 1 ; select 2;");
  }
}
