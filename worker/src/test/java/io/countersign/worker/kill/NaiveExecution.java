package io.countersign.worker.kill;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Digest;
import io.countersign.action.Statement;
import io.countersign.audit.EventType;
import io.countersign.store.action.ActionError;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.ActionStore;
import io.countersign.store.action.Change;
import io.countersign.store.action.Outcome;
import io.countersign.workflow.ExecutionActivities;
import io.temporal.failure.ApplicationFailure;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jdbi.v3.core.Jdbi;

/**
 * What many would write: run the statement, then record that it ran; in doubt do both again. It
 * exists to be caught.
 */
final class NaiveExecution implements ExecutionActivities {
  private final ActionStore store;
  private final String url;
  private final BiConsumer<String, ActionId> probe;

  NaiveExecution(Jdbi jdbi, String url, BiConsumer<String, ActionId> probe) {
    this.store = new ActionStore(jdbi);
    this.url = url;
    this.probe = probe;
  }

  @Override
  public Executed execute(ActionId id, Digest permitted) {
    try {
      ActionRow row = store.find(id).orElseThrow();
      if (row.status().isTerminal()) {
        return new Executed(row.status(), true);
      }
      move(row, ActionStatus.APPROVED, ActionStatus.EXECUTING, Change.NONE);
      probe.accept("FENCED", id);
      ActionStatus end = run(row);
      probe.accept("CLOSED", id);
      return new Executed(end, false);
    } catch (SQLException | RuntimeException e) {
      throw ApplicationFailure.newFailure(id.value(), "UNAVAILABLE");
    }
  }

  private ActionStatus run(ActionRow row) throws SQLException {
    Statement step = row.arguments().steps().getFirst();
    String key = Objects.requireNonNull(step.params().getFirst());
    var login = TargetSide.login();
    try (Connection connection = DriverManager.getConnection(url, login.user(), login.password());
        var statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute(step.sql().replace("$1", key));
      probe.accept("RAN", row.id());
      connection.commit();
    } catch (SQLException e) {
      if (String.valueOf(e.getSQLState()).startsWith("2")) {
        var error =
            new ActionError(
                io.countersign.action.Code.SQL_ERROR, "it failed", ActionError.Retry.NEVER);
        Change change = Change.NONE.withError(error);
        move(row, ActionStatus.EXECUTING, ActionStatus.FAILED, change);
        return ActionStatus.FAILED;
      }
      throw e;
    }
    probe.accept("COMMITTED", row.id());
    var outcome = new Outcome(1, "ledger", Instant.now(), null, null);
    Change change = Change.NONE.withOutcome(outcome);
    move(row, ActionStatus.EXECUTING, ActionStatus.SUCCEEDED, change);
    return ActionStatus.SUCCEEDED;
  }

  private void move(ActionRow row, ActionStatus from, ActionStatus to, Change change) {
    EventType type =
        switch (to) {
          case EXECUTING -> EventType.ACTION_EXECUTING;
          case SUCCEEDED -> EventType.ACTION_SUCCEEDED;
          case FAILED -> EventType.ACTION_FAILED;
          default -> throw new IllegalArgumentException(to.name());
        };
    store.transition(
        row.id(), Set.of(from), to, change, ControlSide.event(row.id(), type, row.digest()));
  }
}
