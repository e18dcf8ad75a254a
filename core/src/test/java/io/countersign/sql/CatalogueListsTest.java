package io.countersign.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CatalogueListsTest {
  /** Names that must never slip in, whatever the generating query says. */
  private static final List<String> NEVER =
      List.of(
          "current_setting",
          "set_config",
          "pg_sleep",
          "pg_sleep_for",
          "query_to_xml",
          "table_to_xml",
          "cursor_to_xml",
          "schema_to_xml",
          "database_to_xml",
          "ts_stat",
          "ts_rewrite",
          "pg_read_file",
          "lo_get",
          "lo_import",
          "nextval",
          "setval",
          "currval",
          "lastval",
          "pg_get_viewdef",
          "pg_get_functiondef",
          "has_table_privilege",
          "pg_terminate_backend",
          "pg_advisory_lock",
          "pg_try_advisory_lock",
          "txid_current",
          "pg_current_xact_id",
          "pg_notify",
          "inet_server_addr",
          "dblink",
          "pg_relation_size",
          "pg_stat_get_activity",
          "setseed",
          "pg_export_snapshot",
          "pg_logical_emit_message",
          "pg_input_is_valid",
          "to_regclass",
          "row_security_active",
          "pg_partition_tree");

  @Test
  void listsAreThoseOfTheCatalogue() throws Exception {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start();
        var connection = postgres.getPostgresDatabase().getConnection()) {
      for (String list : CatalogueLists.LISTS) {
        assertThat(ReviewedList.lines(list + ".txt"))
            .as("%s.txt; CatalogueLists writes it anew", list)
            .isEqualTo(CatalogueLists.generate(connection, list));
      }
    }
  }

  @Test
  void functionsThatReachOutsideAreNotListed() {
    assertThat(ReviewedList.lines("functions.txt")).doesNotContainAnyElementsOf(NEVER);
  }

  @Test
  void noListedFunctionIsKnownToAct() {
    assertThat(ReviewedList.lines("functions.txt"))
        .allMatch(name -> KnownNames.effectOf(List.of(name)).isEmpty());
  }

  @Test
  void typedMembersOfNodesAreListedThemselves() {
    for (String line : ReviewedList.lines("nodes.txt")) {
      List<String> words = List.of(line.split(" ", -1));
      NodeShape shape = NodeShape.of(words.getFirst()).orElseThrow();
      assertThat(shape.fields().values())
          .as(line)
          .allMatch(member -> member.isEmpty() || NodeShape.of(member).isPresent());
    }
  }

  @Test
  void queriesAreListedAndNoOtherStatementIs() {
    List<String> statements = new ArrayList<>();
    for (String line : ReviewedList.lines("nodes.txt")) {
      String node = line.split(" ", 2)[0];
      if (node.endsWith("Stmt")) {
        statements.add(node);
      }
    }
    assertThat(statements).containsExactlyElementsOf(TreeWalk.queries());
    assertThat(Set.copyOf(TreeWalk.queries())).allMatch(node -> StatementKind.of(node).isEmpty());
  }
}
