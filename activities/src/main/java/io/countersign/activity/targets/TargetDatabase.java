package io.countersign.activity.targets;

import io.countersign.action.ActionId;
import io.countersign.action.Statement;
import io.countersign.action.Target;
import io.countersign.activity.targets.TargetConfig.Login;
import io.countersign.sql.OutsideTransaction;
import io.countersign.sql.StatementClass;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One database we act on. Statements that change something get a fresh connection; reads may get
 * one that another read left, after {@code DISCARD ALL}.
 */
public final class TargetDatabase implements AutoCloseable {
  /** In place of a guarantee: a read has no effect that could happen twice. */
  public static final String READ_ONLY = "read_only";

  private static final Logger LOG = LoggerFactory.getLogger(TargetDatabase.class);
  private static final int CONNECT_SECONDS = 5;
  private static final int SOCKET_SLACK_SECONDS = 15;
  private static final int MAX_IDLE = 4;
  private static final Duration MAX_IDLE_TIME = Duration.ofSeconds(30);
  private static final Duration EXPECTED_FOR = Duration.ofMinutes(1);
  private static final Duration LOOK_TIMEOUT = Duration.ofSeconds(10);

  private final String name;
  private final TargetConfig config;
  private final CredentialSource credentials;
  private final Settings settings;
  private final Deque<Idle> idle = new ArrayDeque<>();
  private final Map<StatementClass, Expected> expected = new ConcurrentHashMap<>();
  private boolean closed;

  private record Expected(String guarantee, long since) {}

  private record Idle(BaseConnection connection, long since) {}

  /**
   * Time limits on the target.
   *
   * @param lockTimeout how long a statement waits for a lock
   * @param idleInTransaction after which the target ends a transaction whose worker is silent
   * @param maxBytes of a result
   */
  public record Settings(Duration lockTimeout, Duration idleInTransaction, long maxBytes) {
    public static final Settings DEFAULT =
        new Settings(Duration.ofSeconds(10), Duration.ofSeconds(30), 10L << 20);
  }

  public TargetDatabase(String name, TargetConfig config, Settings settings) {
    this(name, config, config.credentials(), settings);
  }

  public TargetDatabase(
      String name, TargetConfig config, CredentialSource credentials, Settings settings) {
    this.name = name;
    this.config = config;
    this.credentials = credentials;
    this.settings = settings;
  }

  public Target target() {
    return config.toTarget(name);
  }

  public Settings settings() {
    return settings;
  }

  /**
   * Which transaction to begin.
   *
   * @param applicationName what the target's operators see in pg_stat_activity
   * @param timeout of each statement
   */
  public record Purpose(StatementClass statementClass, String applicationName, Duration timeout) {
    /** To execute; the name is unique to one attempt. */
    public static Purpose execute(
        StatementClass statementClass, ActionId id, long fence, Duration timeout) {
      return new Purpose(statementClass, attemptName(id, fence), timeout);
    }

    static String attemptName(ActionId id, long fence) {
      return "countersign:" + id + ":" + fence;
    }

    public boolean isRead() {
      return statementClass == StatementClass.READ;
    }
  }

  /** Opens a transaction for one class of statement. */
  public TargetSession begin(Purpose purpose) throws ExecutionFault {
    Login login = login(purpose.statementClass());
    try {
      if (purpose.isRead()) {
        BaseConnection reused = takeIdle();
        if (reused != null) {
          try {
            return TargetSession.begin(this, reused, purpose);
          } catch (SQLException e) {
            // The server may have closed it meanwhile; a fresh one tells.
            discard(reused);
          }
        }
      }
      BaseConnection fresh = connect(login, purpose.timeout());
      try {
        return TargetSession.begin(this, fresh, purpose);
      } catch (SQLException | ExecutionFault e) {
        discard(fresh);
        throw e;
      }
    } catch (SQLException e) {
      throw ExecutionFault.of(e);
    }
  }

  /** Opens one for a change; it begins when it is identified, which must come first. */
  public TargetSession beginToIdentify(Purpose purpose) throws ExecutionFault {
    try {
      BaseConnection fresh = connect(login(purpose.statementClass()), purpose.timeout());
      try {
        return TargetSession.unbegun(this, fresh, purpose);
      } catch (SQLException e) {
        discard(fresh);
        throw e;
      }
    } catch (SQLException e) {
      throw ExecutionFault.of(e);
    }
  }

  /** Opens a transaction that reads more than may ever be in memory. */
  public TargetSession beginStream(Purpose purpose) throws ExecutionFault {
    Login login = login(StatementClass.READ);
    try {
      BaseConnection fresh =
          connect(
              login,
              purpose.timeout(),
              Map.of("maxResultBuffer", String.valueOf(RowStream.MOST_BYTES_AT_ONCE)));
      try {
        return TargetSession.begin(this, fresh, purpose);
      } catch (SQLException | ExecutionFault e) {
        discard(fresh);
        throw e;
      }
    } catch (SQLException e) {
      throw ExecutionFault.of(e);
    }
  }

  /**
   * The guarantee that an action would get here now; {@code auto} where the target does not say.
   * What applied is in the outcome.
   */
  public String expectedGuarantee(StatementClass statementClass, List<Statement> steps) {
    if (statementClass == StatementClass.READ || statementClass == StatementClass.EXPORT) {
      return READ_ONLY;
    }
    if (steps.stream().anyMatch(step -> OutsideTransaction.isNeeded(step.sql()))) {
      return Proof.NONE.guarantee();
    }
    List<Proof> proofs = proofs();
    if (proofs.size() == 1) {
      return proofs.getFirst().guarantee();
    }
    Expected known = expected.get(statementClass);
    if (known != null && System.nanoTime() - known.since() < EXPECTED_FOR.toNanos()) {
      return known.guarantee();
    }
    try (TargetLook look = look(statementClass)) {
      String guarantee = look.best().guarantee();
      expected.put(statementClass, new Expected(guarantee, System.nanoTime()));
      return guarantee;
    } catch (ExecutionFault e) {
      return "auto";
    }
  }

  /** Opens a session for one statement that cannot run in a transaction. */
  public TargetSession beginOutside(Purpose purpose) throws ExecutionFault {
    try {
      String options =
          SessionSettings.outside(this, purpose).entrySet().stream()
              .map(setting -> "-c " + setting.getKey() + "=" + escaped(setting.getValue()))
              .collect(Collectors.joining(" "));
      BaseConnection fresh =
          connect(
              login(purpose.statementClass()),
              purpose.timeout(),
              Map.of("options", options, "ApplicationName", purpose.applicationName()));
      try {
        return TargetSession.outside(this, fresh, purpose);
      } catch (SQLException | ExecutionFault e) {
        discard(fresh);
        throw e;
      }
    } catch (SQLException e) {
      // A pool takes no settings with a connection.
      throw SqlStates.isWrongParameters(String.valueOf(e.getSQLState()))
          ? SessionStart.poolBetween()
          : ExecutionFault.of(e);
    }
  }

  private static String escaped(String setting) {
    return setting.replace("\\", "\\\\").replace(" ", "\\ ");
  }

  /** A connection to ask what became of earlier attempts, as the role that made them. */
  public TargetLook look(StatementClass statementClass) throws ExecutionFault {
    try {
      return new TargetLook(connect(login(statementClass), LOOK_TIMEOUT));
    } catch (SQLException e) {
      throw ExecutionFault.of(e);
    }
  }

  /**
   * Brings everything that this server has written to its log by now to its disk: a small commit of
   * its own does. A standby is not waited for; only a crash of this server matters here.
   */
  void flushWal(StatementClass statementClass) throws ExecutionFault {
    try (Connection connection = connect(login(statementClass), LOOK_TIMEOUT)) {
      connection.setAutoCommit(false);
      try (var statement = connection.createStatement()) {
        statement.execute(
            """
            select pg_catalog.set_config('synchronous_commit', 'local', true),
              pg_catalog.pg_logical_emit_message(true, 'countersign', '')
            """);
      }
      connection.commit();
    } catch (SQLException e) {
      throw ExecutionFault.asking(e);
    }
  }

  /** What may prove later whether a statement took effect here, best first. */
  public List<Proof> proofs() {
    return switch (config.guarantee()) {
      case AUTO -> Proof.BEST_FIRST;
      case LEDGER -> List.of(Proof.LEDGER);
      case XID -> List.of(Proof.XID);
      case AT_MOST_ONCE -> List.of(Proof.NONE);
    };
  }

  /** The role that statements of a class run as; empty if there is none. */
  public Optional<String> user(StatementClass statementClass) {
    try {
      return Optional.of(login(statementClass).user());
    } catch (ExecutionFault e) {
      return Optional.empty();
    }
  }

  /** A fresh connection for a class of statement; its owner closes it. */
  public BaseConnection connect(StatementClass statementClass, Duration timeout)
      throws ExecutionFault, SQLException {
    return connect(login(statementClass), timeout);
  }

  private Login login(StatementClass statementClass) throws ExecutionFault {
    return credentials
        .login(statementClass)
        .orElseThrow(
            () ->
                ExecutionFault.of(
                    ExecutionFault.Kind.NO_CREDENTIAL,
                    "the target has no credential for statements of class "
                        + statementClass.wireName()));
  }

  private BaseConnection connect(Login login, Duration timeout) throws SQLException {
    return connect(login, timeout, Map.of());
  }

  private BaseConnection connect(Login login, Duration timeout, Map<String, String> more)
      throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", login.user());
    properties.setProperty("password", login.password());
    properties.setProperty("ApplicationName", "countersign");
    properties.setProperty("targetServerType", "primary");
    // A prepared statement would not survive PgBouncer in transaction mode.
    properties.setProperty("prepareThreshold", "0");
    // Only our own plain statements are sent as simple ones. Such a one makes the driver count the
    // bytes of results anew; the extended protocol alone would add them up until the limit.
    properties.setProperty("preferQueryMode", "extendedForPrepared");
    properties.setProperty("autosave", "never");
    properties.setProperty("stringtype", "unspecified");
    properties.setProperty("connectTimeout", String.valueOf(CONNECT_SECONDS));
    properties.setProperty("loginTimeout", String.valueOf(2 * CONNECT_SECONDS));
    properties.setProperty(
        "socketTimeout", String.valueOf(timeout.toSeconds() + SOCKET_SLACK_SECONDS));
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("logServerErrorDetail", "false");
    // A batch of rows is in memory before anybody counts its bytes.
    properties.setProperty(
        "maxResultBuffer", String.valueOf(Math.max(settings.maxBytes(), 1 << 20)));
    properties.putAll(more);
    BaseConnection connection =
        DriverManager.getConnection(config.url(), properties).unwrap(BaseConnection.class);
    connection.setAutoCommit(true);
    return connection;
  }

  private @Nullable BaseConnection takeIdle() {
    while (true) {
      Idle candidate;
      synchronized (idle) {
        candidate = idle.pollLast();
      }
      if (candidate == null) {
        return null;
      }
      if (System.nanoTime() - candidate.since() < MAX_IDLE_TIME.toNanos()) {
        return candidate.connection();
      }
      discard(candidate.connection());
    }
  }

  /** Takes a read's connection back, as good as new. */
  void giveBack(BaseConnection connection) {
    try {
      connection.setAutoCommit(true);
      try (var statement = connection.createStatement()) {
        statement.execute("discard all");
      }
      synchronized (idle) {
        if (!closed && idle.size() < MAX_IDLE) {
          idle.addLast(new Idle(connection, System.nanoTime()));
          return;
        }
      }
    } catch (SQLException e) {
      LOG.debug("a connection could not be reset, sqlstate {}", e.getSQLState());
    }
    discard(connection);
  }

  public static void discard(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      LOG.debug("closing a connection failed, sqlstate {}", e.getSQLState());
    }
  }

  public List<String> searchedSchemas() {
    return config.searchPath();
  }

  /**
   * The search path every statement gets: temporary tables come last, and built-ins, which nothing
   * can shadow, first. They are not named, because what is created without a schema goes to the
   * first that is.
   */
  String searchPath() {
    return config.searchPath().stream()
        .map(schema -> '"' + schema.replace("\"", "\"\"") + "\", ")
        .collect(Collectors.joining("", "", "pg_temp"));
  }

  @Override
  public void close() {
    synchronized (idle) {
      closed = true;
      idle.forEach(left -> discard(left.connection()));
      idle.clear();
    }
  }
}
