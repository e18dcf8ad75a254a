package io.countersign.activity.execution;

import io.countersign.action.ActionKind;
import io.countersign.action.ApplyMigration;
import io.countersign.activity.targets.ExecutionFault;
import io.countersign.activity.targets.Fate.Probe;
import io.countersign.sql.QualifiedName;
import io.countersign.sql.Resolution;
import io.countersign.sql.TransactionParts;
import io.countersign.sql.TransactionParts.Part;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.ExecutionDao.Attempt;
import io.countersign.store.action.Reconciliation;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Words for a person who must find out whether an action took effect. */
final class Doubts {
  private static final int MOST_TABLES = 10;

  private Doubts() {}

  /**
   * @param attempt the one in doubt; null where none was recorded
   * @param fault why nobody knows
   */
  static Reconciliation describe(
      ActionRow row, long fence, @Nullable Attempt attempt, ExecutionFault fault, Instant at) {
    Probe known = fault.probe();
    Probe best = known != null ? known : attempt == null ? Probe.LEDGER : Probe.of(attempt);
    return Reconciliation.open(
        row.id().value(),
        attempt == null ? fence : attempt.fence(),
        fault.words(),
        ifExecuted(row, attempt),
        ifNotExecuted(row, attempt),
        probe(row, attempt, best),
        at);
  }

  private static String ifExecuted(ActionRow row, @Nullable Attempt attempt) {
    if (attempt == null) {
      return "it took effect once, and what it did was not recorded here";
    }
    String begun =
        "attempt %d, begun at %s, took effect once".formatted(attempt.fence(), attempt.startedAt());
    if (row.kind() == ActionKind.CHANGE_INFRASTRUCTURE) {
      return begun;
    }
    List<Part> parts = parts(row);
    if (parts.size() > 1) {
      String done = new Part(0, parts.get(attempt.part() - 1).to(), false).steps();
      return begun + ": " + done + " took effect, and no later step will";
    }
    Long rows = attempt.rowCount();
    return rows == null
        ? begun + "; how many rows it touched was not recorded"
        : begun + " and returned or changed " + rows + " rows";
  }

  private static String ifNotExecuted(ActionRow row, @Nullable Attempt attempt) {
    List<Part> parts = parts(row);
    if (attempt == null || attempt.part() == 1 || parts.size() < attempt.part()) {
      return "nothing of it took effect and nothing will; the requester may submit it again";
    }
    String done = new Part(0, parts.get(attempt.part() - 2).to(), false).steps();
    return "only " + done + " took effect; the requester may submit the rest again";
  }

  private static List<Part> parts(ActionRow row) {
    return row.arguments() instanceof ApplyMigration migration
        ? TransactionParts.of(migration.statements())
        : List.of();
  }

  private static String probe(ActionRow row, @Nullable Attempt attempt, Probe probe) {
    String xid = attempt == null ? null : attempt.xid();
    return switch (probe) {
      case LEDGER ->
          "select * from countersign.execution where action_id = '%s';"
              .formatted(attempt == null ? row.id().value() : attempt.marker());
      case RECEIVER ->
          """
          -- ask the receiver of the operation whether it has done what came with the header
          -- Idempotency-Key: %s
          """
              .formatted(row.id());
      case SETTING ->
          """
          -- the operation's setting, and where its value comes from
          select name, setting, sourcefile, pending_restart from pg_settings
          where source = 'configuration file' and sourcefile like '%postgresql.auto.conf';
          """;
      case PREPARED_TRANSACTION ->
          """
          select gid, prepared, owner from pg_prepared_xacts where transaction = '%s'::xid8::xid;
          -- whoever owns it: commit prepared or rollback prepared, then look again
          """
              .formatted(xid);
      case ROWS_OF_TRANSACTION ->
          "-- rows that its transaction wrote and nobody changed since\n"
              + each(
                  row,
                  "select count(*) from %s where xmin = '" + xid + "'::xid8::xid;",
                  "select pg_xact_status('" + xid + "');");
      case INDEXES ->
          "-- an index that is not valid was left unfinished\n"
              + each(
                  row,
                  "select indexrelid::regclass, indisvalid from pg_index where indrelid = '%s'"
                      + "::regclass;",
                  "select indexrelid::regclass, indrelid::regclass from pg_index"
                      + " where not indisvalid;");
    };
  }

  private static String each(ActionRow row, String query, String withoutTables) {
    Resolution resolution = row.resolution();
    List<String> tables = resolution == null ? List.of() : resolution.tables();
    return tables.isEmpty()
        ? withoutTables
        : tables.stream()
            .limit(MOST_TABLES)
            .map(table -> query.replace("%s", quoted(table, query.contains("'%s'"))))
            .collect(Collectors.joining("\n"));
  }

  private static String quoted(String table, boolean inLiteral) {
    String name =
        QualifiedName.parts(table).stream()
            .map(part -> '"' + part.replace("\"", "\"\"") + '"')
            .collect(Collectors.joining("."));
    return inLiteral ? name.replace("'", "''") : name;
  }
}
