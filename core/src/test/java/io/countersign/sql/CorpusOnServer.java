package io.countersign.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.sql.Corpus.Example;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.SortedMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Confirms on a real PostgreSQL what the corpus expects: in an empty database, as superuser. */
public final class CorpusOnServer implements AutoCloseable {
  /** Syntax, functions, a keyword and the parameters of EXPLAIN that an older version lacks. */
  private static final Set<String> NEWER = Set.of("42601", "42883", "42703", "42P02");

  private static final Pattern PARAMETER = Pattern.compile("\\$([1-9])");

  private final Connection session;
  private final boolean isOld;
  private final StatementAnalyser analyser;

  /**
   * How many statements ran, by what came of it.
   *
   * @param skipped that this version does not know
   */
  public record Figures(int ran, int skipped) {}

  /** What is no read and ran, by whether it wrote. */
  public record Effects(List<Example> changing, List<Example> others) {}

  public CorpusOnServer(String url, String user, String password, StatementAnalyser analyser)
      throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    properties.setProperty("password", password);
    properties.setProperty("preferQueryMode", "simple"); // EXPLAIN (GENERIC_PLAN) has parameters
    this.session = DriverManager.getConnection(url, properties);
    this.analyser = analyser;
    this.isOld = session.getMetaData().getDatabaseMajorVersion() < 18;
    execute("set statement_timeout = '20 s'; set lock_timeout = '5 s'");
    execute(Corpus.sampleTables());
    execute("create role reader; grant usage on schema public to reader");
    session.setAutoCommit(false);
  }

  /** Runs each read as superuser, who may change anything, and commits. */
  public Figures readsChangeNothing() throws SQLException {
    SortedMap<String, String> before = state();
    int ran = 0;
    int skipped = 0;
    for (Example read : Corpus.reads()) {
      if (run(read)) {
        ran++;
        assertThat(isWriting()).as(read.sql()).isFalse();
        session.commit();
      } else {
        skipped++;
      }
    }
    assertThat(state()).isEqualTo(before);
    return new Figures(ran, skipped);
  }

  /** Runs each read as a role that may read the tables that the analysis names and nothing else. */
  public Figures readsNeedNoOtherTable() throws SQLException {
    int ran = 0;
    int skipped = 0;
    for (Example read : Corpus.reads()) {
      become(analyser.analyse(read.sql()).tables());
      if (run(read)) {
        ran++;
      } else {
        skipped++;
      }
      session.rollback();
    }
    return new Figures(ran, skipped);
  }

  /** What this role sees of a table it was not granted: the SQLSTATE of its refusal. */
  public String readOfATableNotGranted() throws SQLException {
    become(List.of("customers"));
    try {
      execute("select * from customers, orders");
      return "none";
    } catch (SQLException e) {
      return e.getSQLState();
    } finally {
      session.rollback();
    }
  }

  /** Runs everything that is no read, and can be taken back, as superuser. */
  public Effects whatIsNoRead() throws SQLException {
    List<Example> changing = new ArrayList<>();
    List<Example> others = new ArrayList<>();
    for (Example example : Corpus.examples()) {
      boolean isReverted =
          Set.of("writes", "unbounded-writes", "disguises", "definitions", "roles")
              .contains(example.file());
      if (isReverted && !example.isRead() && !example.expected().startsWith("unknown")) {
        try {
          execute(withoutParameters(example.sql()));
          (isWriting() ? changing : others).add(example);
        } catch (SQLException e) {
          // It names what is not there.
        } finally {
          session.rollback();
        }
      }
    }
    return new Effects(changing, others);
  }

  private void become(List<String> tables) throws SQLException {
    execute("revoke all on all tables in schema public from reader");
    if (!tables.isEmpty()) {
      execute(
          "grant select on "
              + tables.stream().map(CorpusOnServer::quoted).collect(Collectors.joining(", "))
              + " to reader");
    }
    execute("set local role reader");
  }

  private static String quoted(String table) {
    return '"' + table.replace(".", "\".\"") + '"';
  }

  private boolean run(Example read) throws SQLException {
    try {
      execute(withoutParameters(read.sql()));
      return true;
    } catch (SQLException e) {
      session.rollback();
      if (isOld && NEWER.contains(e.getSQLState())) {
        return false;
      }
      throw new AssertionError(read.sql() + " failed with " + e.getMessage(), e);
    }
  }

  private static String withoutParameters(String sql) {
    return sql.startsWith("explain") ? sql : PARAMETER.matcher(sql).replaceAll("null");
  }

  /** Only what writes or locks rows is given a transaction's number. */
  private boolean isWriting() throws SQLException {
    try (Statement statement = session.createStatement();
        var row = statement.executeQuery("select pg_current_xact_id_if_assigned() is not null")) {
      row.next();
      return row.getBoolean(1);
    }
  }

  private SortedMap<String, String> state() throws SQLException {
    return ServerState.of(session);
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = session.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute(sql);
    }
  }

  @Override
  public void close() throws SQLException {
    session.close();
  }
}
