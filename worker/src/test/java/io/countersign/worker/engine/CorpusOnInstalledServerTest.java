package io.countersign.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.sql.CatalogueLists;
import io.countersign.sql.Corpus;
import io.countersign.sql.CorpusOnServer;
import io.countersign.sql.CorpusOnServer.Figures;
import io.countersign.sql.ParserPool;
import io.countersign.sql.StatementAnalyser;
import java.sql.DriverManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The distribution's PostgreSQL is older than the one whose grammar and catalogue decide. */
class CorpusOnInstalledServerTest {
  private static DebianPostgres postgres;

  @BeforeAll
  static void start() {
    postgres = DebianPostgres.startOrSkip();
  }

  @AfterAll
  static void stop() {
    if (postgres != null) {
      postgres.close();
    }
  }

  @Test
  void expectationsHoldThereToo() throws Exception {
    String url = postgres.jdbcUrl("corpus");
    try (ParserPool pool = new ParserPool();
        var server =
            new CorpusOnServer(
                url, postgres.user(), postgres.password(), new StatementAnalyser(pool))) {
      Figures unchanged = server.readsChangeNothing();
      Figures listed = server.readsNeedNoOtherTable();
      var effects = server.whatIsNoRead();
      System.out.printf(
          "installed PostgreSQL, nothing changed: %s; with the listed tables alone: %s;"
              + " changes something: %d%n",
          unchanged, listed, effects.changing().size());
      assertThat(unchanged).isEqualTo(listed);
      assertThat(unchanged.ran() + unchanged.skipped()).isEqualTo(Corpus.reads().size());
      assertThat(unchanged.skipped()).isLessThan(50);
      assertThat(server.readOfATableNotGranted()).isEqualTo("42501");
      assertThat(effects.changing()).hasSizeGreaterThan(100);
    }
  }

  @Test
  void reviewedNamesAreHarmlessThereToo() throws Exception {
    String url = postgres.jdbcUrl("lists");
    try (var connection = DriverManager.getConnection(url, postgres.user(), postgres.password())) {
      for (String list : CatalogueLists.LISTS) {
        var there = CatalogueLists.generate(connection, list);
        System.out.println("installed PostgreSQL, " + list + ": " + there.size());
        assertThat(CatalogueLists.reviewed(connection, list)).as(list).isEqualTo(there);
      }
    }
  }
}
