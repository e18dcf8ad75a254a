package io.countersign.activity.targets;

import io.countersign.activity.targets.DoctorQuestions.Holding;
import io.countersign.activity.targets.TargetConfig.Login;
import io.countersign.sql.QualifiedName;
import io.countersign.sql.SafeText;
import io.countersign.sql.StatementClass;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a target as each of its logins sees it, and says what is wrong with it: reachability,
 * rights that are too wide, the ledger, settings that weaken a guarantee, tags that mark nothing.
 * Asks only, and changes nothing.
 */
public final class TargetDoctor {
  private static final String PATIENCE_SECONDS = "10";
  private static final int OLDEST = 140_000;
  private static final int SHOWN = 3;

  private final TargetConfig config;
  private final List<Finding> findings = new ArrayList<>();

  /** How bad it is; a failure is what makes the target unsafe or unusable. */
  public enum Level {
    OK,
    WARNING,
    FAILURE
  }

  /** One sentence, in our own words. */
  public record Finding(Level level, String text) {}

  private TargetDoctor(TargetConfig config) {
    this.config = config;
  }

  /** What was found, in the order of the looks. */
  public static List<Finding> examine(TargetConfig config) {
    TargetDoctor doctor = new TargetDoctor(config);
    doctor.examine();
    return List.copyOf(doctor.findings);
  }

  private void examine() {
    boolean isServerSeen = false;
    Map<StatementClass, Login> logins = logins();
    for (Map.Entry<StatementClass, Login> login : logins.entrySet()) {
      String user = login.getValue().user();
      try (Connection connection = signIn(login.getValue())) {
        if (connection != null) {
          DoctorQuestions ask = new DoctorQuestions(connection);
          if (!isServerSeen) {
            server(ask);
            tags(ask);
            isServerSeen = true;
          }
          rights(login.getKey(), user, ask);
        }
      } catch (SQLException e) {
        say(Level.FAILURE, "`%s` cannot be examined: %s".formatted(user, words(e)));
      }
    }
    sharedLogins(logins);
  }

  /** Without the driver's own check for a primary, to see what it would find fault with. */
  private @Nullable Connection signIn(Login login) {
    Properties properties = new Properties();
    properties.setProperty("user", login.user());
    properties.setProperty("password", login.password());
    properties.setProperty("ApplicationName", "countersign:doctor");
    properties.setProperty("connectTimeout", PATIENCE_SECONDS);
    properties.setProperty("loginTimeout", PATIENCE_SECONDS);
    properties.setProperty("socketTimeout", PATIENCE_SECONDS);
    properties.setProperty("logServerErrorDetail", "false");
    try {
      Connection connection = DriverManager.getConnection(config.url(), properties);
      say(Level.OK, "`%s` can sign in".formatted(login.user()));
      return connection;
    } catch (SQLException e) {
      say(Level.FAILURE, "`%s` cannot sign in: %s".formatted(login.user(), words(e)));
      return null;
    }
  }

  private static String words(SQLException e) {
    return ExecutionFault.of(e).words();
  }

  private Map<StatementClass, Login> logins() {
    TargetConfig.Credentials credentials = config.credentials();
    Map<StatementClass, Login> logins = new EnumMap<>(StatementClass.class);
    logins.computeIfAbsent(StatementClass.READ, _ -> credentials.read());
    logins.computeIfAbsent(StatementClass.WRITE, _ -> credentials.write());
    logins.computeIfAbsent(StatementClass.DDL, _ -> credentials.ddl());
    logins.computeIfAbsent(StatementClass.ROLE, _ -> credentials.roles());
    logins.computeIfAbsent(StatementClass.ADMIN, _ -> credentials.admin());
    if (!logins.containsKey(StatementClass.READ)) {
      say(Level.FAILURE, "there is no login for reads: nothing can be asked of the catalogue");
    }
    return logins;
  }

  private void server(DoctorQuestions ask) throws SQLException {
    if (ask.number("select current_setting('server_version_num')::int") < OLDEST) {
      say(Level.FAILURE, "the server is older than PostgreSQL 14");
    }
    if (ask.holds("select pg_catalog.pg_is_in_recovery()")) {
      say(Level.FAILURE, "the server is a standby, expected a primary");
    }
    for (String setting : List.of("fsync", "full_page_writes")) {
      if (ask.holds("select current_setting(?) = 'off'", setting)) {
        say(
            Level.FAILURE,
            "`%s` is off: after a crash nobody can tell what was executed".formatted(setting));
      }
    }
    if (ask.holds("select current_setting('synchronous_commit') = 'off'")) {
      say(
          Level.WARNING,
          "`synchronous_commit` is off; countersign sets it on for its own transactions");
    }
    if (ask.holds("select current_setting('max_prepared_transactions')::int > 0")) {
      say(
          Level.WARNING,
          "prepared transactions are possible; one left behind holds its locks for ever");
    }
    if (!ask.holds(
        """
        select ssl or inet_client_addr() is null or host(inet_client_addr()) in ('127.0.0.1', '::1')
        from pg_catalog.pg_stat_ssl where pid = pg_catalog.pg_backend_pid()
        """)) {
      say(Level.WARNING, "the connection is not encrypted; add sslmode=verify-full to the url");
    }
  }

  private void tags(DoctorQuestions ask) throws SQLException {
    for (String tagged : new TreeMap<>(config.tags()).keySet()) {
      List<String> parts = QualifiedName.parts(tagged);
      boolean isThere =
          switch (parts.size()) {
            case 2 -> ask.hasTable(parts.get(0), parts.get(1));
            case 3 -> ask.hasColumn(parts.get(0), parts.get(1), parts.get(2));
            default -> false;
          };
      if (!isThere) {
        say(
            Level.FAILURE,
            "tags name `%s`, which is not there: nothing is masked by it"
                .formatted(SafeText.line(tagged, 140)));
      }
    }
  }

  private void rights(StatementClass type, String user, DoctorQuestions ask) throws SQLException {
    int before = findings.size();
    for (String attribute : ask.attributes()) {
      say(Level.FAILURE, "`%s` has the attribute %s".formatted(user, attribute));
    }
    for (String role : ask.powerfulRoles()) {
      say(Level.FAILURE, "`%s` is a member of `%s`".formatted(user, role));
    }
    if (ask.holds("select current_setting('default_transaction_read_only') = 'on'")) {
      say(
          Level.FAILURE,
          "`%s` has default_transaction_read_only on: the driver takes the server for a standby"
              .formatted(user));
    }
    if (type == StatementClass.READ) {
      say(Level.FAILURE, user, "can write", ask.list(Holding.WRITABLE));
      say(Level.WARNING, user, "can advance or set", ask.list(Holding.SEQUENCES));
    }
    if (type != StatementClass.DDL) {
      say(Level.FAILURE, user, "owns", ask.list(Holding.OWNED));
      say(Level.FAILURE, user, "can create objects in", ask.list(Holding.CREATABLE));
    }
    say(
        Level.WARNING,
        user,
        "can call functions that run with their owner's rights:",
        ask.list(Holding.DEFINERS));
    if (findings.size() == before) {
      say(Level.OK, "`%s` has no more rights than its class of statement needs".formatted(user));
    }
    if (type == StatementClass.ADMIN) {
      reloading(user, ask);
    } else if (type != StatementClass.READ) {
      guarantee(user, ask);
    }
  }

  private void reloading(String user, DoctorQuestions ask) throws SQLException {
    if (!ask.holds("select has_function_privilege('pg_catalog.pg_reload_conf()', 'execute')")) {
      say(Level.FAILURE, "`%s` may not call pg_reload_conf()".formatted(user));
    }
  }

  /** Which guarantee applies to what this login changes, and what weakens it. */
  private void guarantee(String user, DoctorQuestions ask) throws SQLException {
    List<String> noLedger = ask.ledgerFaults();
    String applies =
        switch (config.guarantee()) {
          case AUTO -> noLedger.isEmpty() ? "ledger" : ask.canFlush() ? "xid" : "at_most_once";
          case LEDGER -> "ledger";
          case XID -> "xid";
          case AT_MOST_ONCE -> "at_most_once";
        };
    boolean isBest = applies.equals("ledger") && noLedger.isEmpty();
    say(
        isBest ? Level.OK : Level.WARNING,
        "what `%s` changes runs with the guarantee `%s`".formatted(user, applies));
    if (config.guarantee() == TargetConfig.Guarantee.XID && !ask.canFlush()) {
      say(Level.FAILURE, "`%s` may not call pg_logical_emit_message".formatted(user));
    }
    if (config.guarantee() == TargetConfig.Guarantee.AUTO
        || config.guarantee() == TargetConfig.Guarantee.LEDGER) {
      Level level = applies.equals("ledger") ? Level.FAILURE : Level.WARNING;
      for (String fault : noLedger) {
        say(level, "the ledger is no use to `%s`: %s".formatted(user, fault));
      }
    }
    for (String right : ask.ledgerRights()) {
      say(
          Level.FAILURE,
          "`%s` may %s the ledger, expected insert and select only".formatted(user, right));
    }
  }

  private void sharedLogins(Map<StatementClass, Login> logins) {
    Map<String, StatementClass> seen = new TreeMap<>();
    logins.forEach(
        (type, login) -> {
          StatementClass other = seen.putIfAbsent(login.user(), type);
          if (other != null) {
            say(
                Level.FAILURE,
                "`%s` is the login for %s and for %s, expected one for each"
                    .formatted(login.user(), other.wireName(), type.wireName()));
          }
        });
  }

  private void say(Level level, String user, String verb, List<String> names) {
    if (!names.isEmpty()) {
      String more = names.size() > SHOWN ? " and %d more".formatted(names.size() - SHOWN) : "";
      List<String> shown =
          names.stream().limit(SHOWN).map(name -> "`" + SafeText.line(name, 100) + "`").toList();
      say(level, "`%s` %s %s%s".formatted(user, verb, String.join(", ", shown), more));
    }
  }

  private void say(Level level, String text) {
    findings.add(new Finding(level, text));
  }
}
