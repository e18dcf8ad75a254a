package io.countersign.worker.kill;

import io.countersign.action.ActionStatus;
import io.countersign.activity.execution.ProbedExecution;
import io.countersign.activity.targets.TargetConfig.Guarantee;
import io.countersign.activity.targets.TargetDatabase;
import io.countersign.worker.engine.DebianPostgres;
import io.countersign.workflow.ExecutionActivities;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Properties;

/** What exactly-once costs: the same statement as an action and by plain JDBC, side by side. */
final class ExecutionCost implements AutoCloseable {
  private static final String PLAIN = Countable.INCREMENT.sql().replace("$1", "?");
  private static final int WARM_UP = 200;

  private final ControlSide control;
  private final TargetSide target;
  private final Wire wire;
  private long nextKey = 1;

  ExecutionCost(ControlSide control, TargetSide target) throws IOException {
    this.control = control;
    this.target = target;
    this.wire = Wire.to(target.url());
  }

  /** Prints latencies on servers that flush every commit. Argument: how many times (1000). */
  public static void main(String[] arguments) throws IOException, SQLException {
    ((ch.qos.logback.classic.Logger) org.slf4j.LoggerFactory.getLogger("ROOT"))
        .setLevel(ch.qos.logback.classic.Level.WARN);
    int times = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1000;
    try (DebianPostgres one = DebianPostgres.startInstalled();
        DebianPostgres other = DebianPostgres.startInstalled();
        var control = new ControlSide(one.database("control"));
        var cost = new ExecutionCost(control, new TargetSide(other.database("counted")))) {
      cost.print(Guarantee.LEDGER, times);
    }
    System.exit(0);
  }

  private void print(Guarantee guarantee, int times) throws SQLException {
    long plainTrips = plainTrips();
    long trips = trips(guarantee);
    ExecutionActivities execution = execution(guarantee, target.url());
    double[] plain = new double[times];
    double[] fresh = new double[times];
    double[] action = new double[times];
    try (Connection kept = connect(target.url())) {
      for (int i = -WARM_UP; i < times; i++) {
        int at = Math.floorMod(i, times);
        Approved approved = approve();
        // In turn, so that what else the machine does befalls all of them.
        plain[at] = millis(() -> run(kept, approved.key()));
        fresh[at] = millis(() -> runFresh(target.url(), approved.key()));
        action[at] = millis(() -> execution.execute(approved.id(), approved.digest()));
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%s, %d times in turn, every commit flushed:%n"
            + "plain JDBC on an open connection: p50 %.2f ms%n"
            + "plain JDBC on a new connection: p50 %.2f ms p95 %.2f ms, %d round trips%n"
            + "as an action: p50 %.2f ms p95 %.2f ms, %d round trips to the target%n"
            + "ratio of the medians, both on a new connection: %.2f%n",
        guarantee,
        times,
        at(plain, 0.5),
        at(fresh, 0.5),
        at(fresh, 0.95),
        plainTrips,
        at(action, 0.5),
        at(action, 0.95),
        trips,
        at(action, 0.5) / at(fresh, 0.5));
  }

  /** Round trips to the target of one action. */
  long trips(Guarantee guarantee) {
    ExecutionActivities execution = execution(guarantee, wire.url(target.url()));
    long before = wire.roundTrips();
    Approved action = approve();
    var executed = execution.execute(action.id(), action.digest());
    if (executed.status() != ActionStatus.SUCCEEDED) {
      throw new IllegalStateException("ended as " + executed.status());
    }
    return wire.roundTrips() - before;
  }

  /** Round trips of the same statement by plain JDBC: connect, execute, commit. */
  long plainTrips() throws SQLException {
    long before = wire.roundTrips();
    runFresh(wire.url(target.url()), approve().key());
    return wire.roundTrips() - before;
  }

  private Approved approve() {
    target.prepare(nextKey, nextKey);
    return control.approve(Countable.INCREMENT, nextKey++);
  }

  private ExecutionActivities execution(Guarantee guarantee, String url) {
    TargetDatabase shop =
        ProbedExecution.target(TargetSide.NAME, TargetSide.config(url, guarantee));
    var database = control.database();
    return ProbedExecution.of(database.jdbi(), ControlSide.vault(database), shop, (step, id) -> {});
  }

  private static Connection connect(String url) throws SQLException {
    var properties = new Properties();
    properties.setProperty("user", TargetSide.login().user());
    properties.setProperty("password", TargetSide.login().password());
    properties.setProperty("targetServerType", "primary");
    Connection connection = DriverManager.getConnection(url, properties);
    connection.setAutoCommit(false);
    return connection;
  }

  private static void runFresh(String url, long key) throws SQLException {
    try (Connection connection = connect(url)) {
      run(connection, key);
    }
  }

  private static void run(Connection connection, long key) throws SQLException {
    try (var statement = connection.prepareStatement(PLAIN)) {
      statement.setLong(1, key);
      statement.executeUpdate();
    }
    connection.commit();
  }

  private interface Timed {
    void run() throws SQLException;
  }

  private static double millis(Timed work) throws SQLException {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1e6;
  }

  private static double at(double[] values, double share) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[(int) (share * (sorted.length - 1))];
  }

  @Override
  public void close() throws IOException {
    wire.close();
  }
}
