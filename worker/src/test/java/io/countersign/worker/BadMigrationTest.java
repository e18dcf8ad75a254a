package io.countersign.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.action.Json;
import io.countersign.worker.ApiClient.Answer;
import java.util.Collections;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Migrations that are refused before anything of them is stored. */
class BadMigrationTest {
  private static final String SQL = "select 1";

  private final ApiClient api = ApiClient.of(DemoServer.start());

  static Stream<Arguments> argumentsOfMigration() {
    return Stream.of(
        bad("no name", "`arguments.name` is missing", m -> m.remove("name")),
        bad("blank name", "`arguments.name` is missing", m -> m.put("name", " ")),
        bad("long name", "longer than 128", m -> m.put("name", "x".repeat(129))),
        bad("no statements", "`arguments.statements` is missing", m -> m.remove("statements")),
        bad("empty list", "`arguments.statements` is missing", m -> m.putArray("statements")),
        bad("statements is text", "must be an array", m -> m.put("statements", SQL)),
        bad(
            "too many",
            "at most 100",
            m -> m.set("statements", Json.MAPPER.valueToTree(Collections.nCopies(101, SQL)))),
        bad("a number", "`arguments.statements[1]` must be a text", m -> steps(m).add(1)),
        bad("NUL", "statements[1]`: the statement must not", m -> steps(m).add("select '\0'")),
        bad(
            "long",
            "statements[1]` must be a text of at most",
            m -> steps(m).add("select '" + "x".repeat(70_000))),
        bad("empty", "statements[1]`: the statement is empty", m -> steps(m).add("-- nothing")),
        bad("two in one", "statements[1]` holds 2", m -> steps(m).add(SQL + ";" + SQL)),
        bad("begin", "statements[1]` controls", m -> steps(m).add("begin")),
        bad("commit", "statements[1]` controls", m -> steps(m).add("commit")),
        bad("rollback", "statements[1]` controls", m -> steps(m).add("/* a */ rollback")),
        bad("end", "statements[1]` controls", m -> steps(m).add("END")),
        bad("savepoint", "statements[1]` controls", m -> steps(m).add("savepoint a")),
        bad("release", "statements[1]` controls", m -> steps(m).add("release savepoint a")),
        bad("two phases", "controls", m -> steps(m).add("prepare transaction 'a'")),
        bad("isolation", "controls", m -> steps(m).add("set transaction read only")),
        bad("setting", "controls", m -> steps(m).add("set search_path to other")),
        bad("reset", "controls", m -> steps(m).add("reset all")),
        bad("discard", "controls", m -> steps(m).add("discard all")),
        bad("constraints", "controls", m -> steps(m).add("set constraints all deferred")),
        bad(
            "commit to roll back",
            "rollback_statements[0]` controls",
            m -> m.putArray("rollback_statements").add("commit")),
        bad("unknown argument", "`arguments.params`", m -> m.putArray("params")));
  }

  private static ArrayNode steps(ObjectNode migration) {
    return (ArrayNode) migration.get("statements");
  }

  private static Arguments bad(String what, String expected, Consumer<ObjectNode> breaking) {
    return Arguments.of(what, expected, breaking);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("argumentsOfMigration")
  void badMigrationIsRefused(String what, String expected, Consumer<ObjectNode> breaking) {
    ObjectNode body = ApiClient.proposal(SQL).put("kind", "apply_migration");
    ObjectNode arguments = body.putObject("arguments").put("name", "a test's");
    arguments.putArray("statements").add("create table t (id int)");
    breaking.accept(arguments);
    Answer answer = api.submit("agent-1", UUID.randomUUID().toString(), body);
    assertThat(answer.http()).isEqualTo(422);
    assertThat(answer.code()).isEqualTo("VALIDATION");
    assertThat(answer.detail()).contains(expected);
  }
}
