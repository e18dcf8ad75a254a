package io.countersign.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.sql.CorpusOnServer.Figures;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class CorpusOnServerTest {
  private static final ParserPool POOL = new ParserPool();
  private static EmbeddedPostgres postgres;
  private static CorpusOnServer server;

  @BeforeAll
  static void start() throws Exception {
    postgres = EmbeddedPostgres.start();
    server =
        new CorpusOnServer(
            postgres.getJdbcUrl("postgres", "postgres"),
            "postgres",
            "postgres",
            new StatementAnalyser(POOL));
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
    postgres.close();
    POOL.close();
  }

  @Test
  void readsChangeNothing() throws Exception {
    Figures figures = server.readsChangeNothing();
    System.out.println("PostgreSQL 18, nothing changed: " + figures);
    assertThat(figures).isEqualTo(new Figures(Corpus.reads().size(), 0));
  }

  @Test
  void readsShowNoTableTheyDoNotList() throws Exception {
    Figures figures = server.readsNeedNoOtherTable();
    System.out.println("PostgreSQL 18, with the listed tables alone: " + figures);
    assertThat(figures).isEqualTo(new Figures(Corpus.reads().size(), 0));
    assertThat(server.readOfATableNotGranted()).isEqualTo("42501");
  }

  @Test
  void whatIsNoReadChangesSomething() throws Exception {
    var effects = server.whatIsNoRead();
    System.out.println("PostgreSQL 18, changes something: " + effects.changing().size());
    effects.others().forEach(example -> System.out.println("changes nothing: " + example.sql()));
    assertThat(effects.changing()).hasSizeGreaterThan(100);
  }
}
