package io.countersign.activity.execution;

import io.countersign.action.ChangeInfrastructure;
import io.countersign.action.Statement;
import io.countersign.activity.infrastructure.Operations;
import io.countersign.activity.infrastructure.SettingChange;
import io.countersign.activity.targets.Differences;
import io.countersign.activity.targets.ExecutionFault;
import io.countersign.activity.targets.ExecutionFault.Kind;
import io.countersign.activity.targets.Fate.Probe;
import io.countersign.activity.targets.TargetDatabase;
import io.countersign.activity.targets.TargetSession;
import io.countersign.sql.StatementClass;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.Outcome.Operated;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** Changes a setting of the whole server, and has the server read it; in no transaction. */
final class SettingWork implements Work {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Statement RELOAD =
      new Statement("select pg_catalog.pg_reload_conf()", List.of());

  private final ActionRow row;
  private final ChangeInfrastructure change;
  private final Operations operations;
  private final TargetDatabase target;

  SettingWork(
      ActionRow row, ChangeInfrastructure change, Operations operations, TargetDatabase target) {
    this.row = row;
    this.change = change;
    this.operations = operations;
    this.target = target;
  }

  @Override
  public boolean isOutsideTransaction() {
    return true;
  }

  @Override
  public Done run(TargetSession session) throws ExecutionFault {
    Differences.refuseAny(operations.read(change, row.target()).resolution(), row.resolution());
    SettingChange setting =
        operations
            .setting(change)
            .orElseThrow(
                () -> ExecutionFault.of(Kind.CATALOGUE_CHANGED, "its operation sets nothing"));
    Operated operated = before(setting);
    session.run(new Statement(setting.sql(), List.of()), 1);
    try {
      session.run(RELOAD, 1);
    } catch (ExecutionFault fault) {
      throw ExecutionFault.unknown(
          "the setting is written, and whether the server has read it was not seen", Probe.SETTING);
    }
    return new Done(0, null, operated);
  }

  /** Of a session of its own: the one that acts has settings of ours. */
  private Operated before(SettingChange setting) throws ExecutionFault {
    try (Connection connection = target.connect(StatementClass.ADMIN, TIMEOUT);
        PreparedStatement statement =
            connection.prepareStatement(
                """
                select pg_catalog.current_setting(name), context = 'postmaster',
                  pg_catalog.has_function_privilege('pg_catalog.pg_reload_conf()', 'execute')
                from pg_catalog.pg_settings where name = ?
                """)) {
      statement.setString(1, setting.name());
      try (ResultSet found = statement.executeQuery()) {
        if (!found.next()) {
          throw ExecutionFault.of(Kind.DECLINED, "the server shows no such setting to its login");
        }
        if (!found.getBoolean(3)) {
          throw ExecutionFault.of(Kind.DECLINED, "its login may not call pg_reload_conf()");
        }
        return new Operated(null, setting.name(), found.getString(1), found.getBoolean(2));
      }
    } catch (SQLException e) {
      throw ExecutionFault.of(e);
    }
  }
}
