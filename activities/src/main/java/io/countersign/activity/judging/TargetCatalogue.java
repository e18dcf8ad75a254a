package io.countersign.activity.judging;

import io.countersign.action.GrantRole;
import io.countersign.action.Statement;
import io.countersign.action.Target;
import io.countersign.activity.catalogue.CatalogueReader;
import io.countersign.activity.catalogue.CatalogueReader.Reading;
import io.countersign.activity.catalogue.Question;
import io.countersign.activity.targets.ExecutionFault;
import io.countersign.activity.targets.NativeStatement;
import io.countersign.activity.targets.ResultColumn;
import io.countersign.activity.targets.TargetDatabase;
import io.countersign.activity.targets.TargetDatabase.Purpose;
import io.countersign.activity.targets.TargetSession;
import io.countersign.sql.Analysis;
import io.countersign.sql.Resolution;
import io.countersign.sql.StatementAnalyser;
import io.countersign.sql.StatementClass;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a target's catalogue says of the names in a statement. What it cannot vouch for is an
 * objection, and then people decide. The last answers are kept, each with the versions of the
 * catalogue's rows it rests on; one round trip tells whether it still holds.
 */
public final class TargetCatalogue implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  /** What a pool between us and the server answers if it does not keep prepared statements. */
  private static final Set<String> PREPARED_ELSEWHERE = Set.of("26000", "42P05");

  private static final String KEPT =
      "set statement_timeout = '2s'; set plan_cache_mode = force_generic_plan";

  private static final String PINNED =
      "set transaction isolation level repeatable read, read only;"
          + " set local search_path = pg_catalog";

  private static final int MOST_REMEMBERED = 500;
  private static final int MOST_KEPT = 4;

  private final TargetDatabase database;
  private final StatementAnalyser analyser;
  private final SequencedMap<Question, Remembered> remembered =
      new LinkedHashMap<>(16, 0.75f, true);
  private final Deque<Connection> kept = new ArrayDeque<>();
  private boolean closed;
  private volatile boolean mayPrepare = true;

  private record Remembered(Reading reading, String version) {}

  public TargetCatalogue(TargetDatabase database, StatementAnalyser analyser) {
    this.database = database;
    this.analyser = analyser;
  }

  public Target target() {
    return database.target();
  }

  /** What the statement's names mean here, to the role that would run it. */
  public Resolution resolve(Analysis analysis) {
    Question question =
        Question.of(
            analysis,
            database.searchedSchemas(),
            database.user(analysis.statementClass()).orElse(null));
    Connection kept = poll();
    if (kept != null) {
      try {
        return resolve(kept, question);
      } catch (SQLException e) {
        // The server may have closed it meanwhile; a fresh one tells.
        mayPrepare &= !PREPARED_ELSEWHERE.contains(String.valueOf(e.getSQLState()));
        TargetDatabase.discard(kept);
      }
    }
    try {
      return resolve(open(), question);
    } catch (ExecutionFault | SQLException e) {
      return Resolution.unreadable();
    }
  }

  /** What a role that shall be granted is here, and who shall get it; always read afresh. */
  RoleReading roles(GrantRole grant) {
    Connection kept = poll();
    if (kept != null) {
      try {
        return roles(kept, grant);
      } catch (SQLException e) {
        // The server may have closed it meanwhile; a fresh one tells.
        TargetDatabase.discard(kept);
      }
    }
    try {
      Connection fresh = open();
      try {
        return roles(fresh, grant);
      } catch (SQLException e) {
        TargetDatabase.discard(fresh);
        return RoleReading.unreadable();
      }
    } catch (ExecutionFault | SQLException e) {
      return RoleReading.unreadable();
    }
  }

  private RoleReading roles(Connection connection, GrantRole grant) throws SQLException {
    pin(connection);
    RoleReading reading = RoleReading.read(connection, grant);
    connection.commit();
    connection.setAutoCommit(true);
    giveBack(connection);
    return reading;
  }

  /** The same as one connection sees it now, in its transaction and to its role. */
  Resolution resolve(Analysis analysis, Connection connection) throws SQLException {
    Question question = Question.of(analysis, database.searchedSchemas(), null);
    return CatalogueReader.read(connection, question, analyser).resolution();
  }

  private Resolution resolve(Connection connection, Question question) throws SQLException {
    Remembered known;
    synchronized (remembered) {
      known = remembered.get(question);
    }
    boolean holds =
        known != null && known.reading().versionNow(connection, mayPrepare).equals(known.version());
    Remembered latest = known == null || !holds ? read(connection, question) : known;
    synchronized (remembered) {
      remembered.put(question, latest);
      if (remembered.size() > MOST_REMEMBERED) {
        remembered.pollFirstEntry();
      }
    }
    giveBack(connection);
    return latest.reading().resolution();
  }

  /** Of one snapshot: what changes meanwhile has another version. */
  private Remembered read(Connection connection, Question question) throws SQLException {
    pin(connection);
    Reading reading = CatalogueReader.read(connection, question, analyser);
    String version = reading.versionNow(connection, mayPrepare);
    connection.commit();
    connection.setAutoCommit(true);
    return new Remembered(reading, version);
  }

  private static void pin(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    try (var statement = connection.createStatement()) {
      statement.execute(PINNED);
    }
  }

  private Connection open() throws ExecutionFault, SQLException {
    Connection connection = database.connect(StatementClass.READ, TIMEOUT);
    try (var statement = connection.createStatement()) {
      statement.execute(KEPT);
      return connection;
    } catch (SQLException e) {
      TargetDatabase.discard(connection);
      throw e;
    }
  }

  private @Nullable Connection poll() {
    synchronized (kept) {
      return kept.pollLast();
    }
  }

  private void giveBack(Connection connection) {
    synchronized (kept) {
      if (!closed && kept.size() < MOST_KEPT) {
        kept.addLast(connection);
        return;
      }
    }
    TargetDatabase.discard(connection);
  }

  /**
   * What PostgreSQL expects of the statement; nothing where it was not understood, or on failure.
   */
  Optional<Impact> impact(Statement statement, Analysis analysis) {
    return Impact.of(database, statement, analysis);
  }

  /** The guarantee that an execution would get. */
  String expectedGuarantee(Analysis analysis, List<Statement> steps) {
    return database.expectedGuarantee(analysis.statementClass(), steps);
  }

  /** The columns that a read would return; PostgreSQL says so without running it. */
  Optional<List<ResultColumn>> returned(Statement statement) {
    Purpose purpose = new Purpose(StatementClass.READ, "countersign:describe", TIMEOUT);
    try (TargetSession session = database.begin(purpose)) {
      List<ResultColumn> columns =
          session.describe(NativeStatement.describe(session.connection(), statement));
      session.rollback();
      return Optional.of(columns);
    } catch (ExecutionFault | SQLException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    synchronized (kept) {
      closed = true;
      kept.forEach(TargetDatabase::discard);
      kept.clear();
    }
  }
}
