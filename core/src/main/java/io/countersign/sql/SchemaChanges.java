package io.countersign.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Reads from a parse tree what a statement creates, which lock it takes and what takes long. */
final class SchemaChanges {
  private static final Set<String> LEAVING =
      Set.of("TransactionStmt", "VariableSetStmt", "DiscardStmt", "ConstraintsSetStmt");

  /** Their values are the same for every row, so no row is rewritten for them. */
  private static final Set<String> STABLE =
      Set.of("now", "transaction_timestamp", "statement_timestamp");

  private static final Set<String> SERIAL =
      Set.of("serial", "serial2", "serial4", "serial8", "smallserial", "bigserial");

  private static final String REWRITES = "rewrites the table for the new column's values";

  private record Known(TableLock lock, String warning) {}

  private static final Map<String, Known> KNOWN = new TreeMap<>();

  static {
    for (String line : ReviewedList.lines("locks.txt")) {
      String[] parts = line.split(" \\| ", 2);
      String[] words = parts[0].split(" ", 2);
      KNOWN.put(words[0], new Known(TableLock.named(words[1]), parts.length == 2 ? parts[1] : ""));
    }
  }

  private final List<String> creates = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private TableLock lock = TableLock.NONE;
  private boolean isUnknown;

  private SchemaChanges() {}

  static SchemaChange of(JsonNode root) {
    if (root.size() != 1) {
      return SchemaChange.UNKNOWN;
    }
    Map.Entry<String, JsonNode> only = root.properties().iterator().next();
    SchemaChanges found = new SchemaChanges();
    found.statement(only.getKey(), only.getValue());
    return new SchemaChange(
        found.creates,
        found.isUnknown ? SchemaChange.UNKNOWN_LOCK : found.lock.words(),
        found.warnings.stream().distinct().toList(),
        LEAVING.contains(only.getKey()));
  }

  private void statement(String type, JsonNode node) {
    switch (type) {
      case "CreateStmt" -> createTable(node);
      case "CreateTableAsStmt" -> {
        creates.add(NameChecks.written(node.path("into").path("rel")));
        known(type);
      }
      case "ViewStmt" -> {
        creates.add(NameChecks.written(node.path("view")));
        boolean replaces = node.path("replace").asBoolean();
        take(replaces ? TableLock.ACCESS_EXCLUSIVE : TableLock.ACCESS_SHARE);
      }
      case "AlterTableStmt" -> alterTable(node);
      case "IndexStmt" -> index(node);
      case "DropStmt" -> drop(node);
      case "RenameStmt" -> rename(node);
      case "VacuumStmt" -> vacuum(node);
      case "ReindexStmt" -> reindex(node);
      case "RefreshMatViewStmt" -> {
        boolean beside = node.path("concurrent").asBoolean();
        take(beside ? TableLock.EXCLUSIVE : TableLock.ACCESS_EXCLUSIVE);
        if (!beside) {
          warnings.add("nobody reads the view until it is filled again, without CONCURRENTLY");
        }
      }
      case "SelectStmt" -> {
        known(type);
        if (node.has("lockingClause")) {
          take(TableLock.ROW_SHARE);
        }
      }
      case "LockStmt" -> take(TableLock.values()[node.path("mode").asInt()]);
      default -> known(type);
    }
  }

  private void known(String node) {
    Known found = KNOWN.get(node);
    if (found == null) {
      isUnknown = true;
      return;
    }
    take(found.lock());
    if (!found.warning().isEmpty()) {
      warnings.add(found.warning());
    }
  }

  private void take(TableLock one) {
    lock = lock.max(one);
  }

  private void createTable(JsonNode node) {
    creates.add(NameChecks.written(node.path("relation")));
    if (node.has("partbound")) {
      take(TableLock.ACCESS_EXCLUSIVE);
    } else if (node.has("inhRelations")) {
      take(TableLock.SHARE_UPDATE_EXCLUSIVE);
    }
    if (node.findValuesAsText("contype").contains("CONSTR_FOREIGN")) {
      take(TableLock.SHARE_ROW_EXCLUSIVE);
    }
  }

  private void alterTable(JsonNode node) {
    if (!node.path("objtype").asText().equals("OBJECT_TABLE")) {
      take(TableLock.ACCESS_EXCLUSIVE);
      return;
    }
    for (JsonNode wrapped : node.path("cmds")) {
      JsonNode command = wrapped.path("AlterTableCmd");
      String type = command.path("subtype").asText();
      switch (type) {
        case "AT_AddConstraint" -> addConstraint(command.path("def").path("Constraint"));
        case "AT_AddColumn" -> addColumn(command.path("def").path("ColumnDef"));
        case "AT_DetachPartition" -> {
          boolean beside = command.toString().contains("\"concurrent\":true");
          take(beside ? TableLock.SHARE_UPDATE_EXCLUSIVE : TableLock.ACCESS_EXCLUSIVE);
        }
        case String other when KNOWN.containsKey(other) -> known(other);
        default -> take(TableLock.ACCESS_EXCLUSIVE);
      }
    }
  }

  private void addConstraint(JsonNode constraint) {
    String type = constraint.path("contype").asText();
    boolean isForeign = type.equals("CONSTR_FOREIGN");
    take(isForeign ? TableLock.SHARE_ROW_EXCLUSIVE : TableLock.ACCESS_EXCLUSIVE);
    boolean isIndexed =
        Set.of("CONSTR_UNIQUE", "CONSTR_PRIMARY", "CONSTR_EXCLUSION").contains(type);
    if (isIndexed && !constraint.has("indexname")) {
      warnings.add("builds an index while nobody reads or writes the table");
    } else if (!isIndexed && !constraint.path("skip_validation").asBoolean()) {
      warnings.add("reads the whole table to check it, without NOT VALID");
    }
  }

  private void addColumn(JsonNode column) {
    take(TableLock.ACCESS_EXCLUSIVE);
    List<String> typeName = TreeNames.of(column.path("typeName").path("names"));
    if (!typeName.isEmpty() && SERIAL.contains(typeName.getLast())) {
      warnings.add(REWRITES);
    }
    for (JsonNode wrapped : column.path("constraints")) {
      JsonNode constraint = wrapped.path("Constraint");
      switch (constraint.path("contype").asText()) {
        case "CONSTR_DEFAULT" -> {
          if (mayDiffer(constraint.path("raw_expr"))) {
            warnings.add(REWRITES + ", as its default may differ from row to row");
          }
        }
        case "CONSTR_GENERATED", "CONSTR_IDENTITY" -> warnings.add(REWRITES);
        case "CONSTR_UNIQUE", "CONSTR_PRIMARY" ->
            warnings.add("builds an index while nobody reads or writes the table");
        case "CONSTR_CHECK" -> warnings.add("reads the whole table to check it");
        default -> {}
      }
    }
  }

  private static boolean mayDiffer(JsonNode expression) {
    for (JsonNode call : expression.findValues("FuncCall")) {
      List<String> name = TreeNames.of(call.path("funcname"));
      if (name.isEmpty() || !STABLE.contains(name.getLast())) {
        return true;
      }
    }
    return false;
  }

  private void index(JsonNode node) {
    boolean beside = node.path("concurrent").asBoolean();
    take(beside ? TableLock.SHARE_UPDATE_EXCLUSIVE : TableLock.SHARE);
    if (!beside) {
      warnings.add("writes to the table wait until the index is built, without CONCURRENTLY");
    }
  }

  private void drop(JsonNode node) {
    switch (node.path("removeType").asText()) {
      case "OBJECT_TABLE",
          "OBJECT_VIEW",
          "OBJECT_MATVIEW",
          "OBJECT_FOREIGN_TABLE",
          "OBJECT_TRIGGER",
          "OBJECT_POLICY",
          "OBJECT_RULE" ->
          take(TableLock.ACCESS_EXCLUSIVE);
      case "OBJECT_INDEX" ->
          take(
              node.path("concurrent").asBoolean()
                  ? TableLock.SHARE_UPDATE_EXCLUSIVE
                  : TableLock.ACCESS_EXCLUSIVE);
      case "OBJECT_SEQUENCE", "OBJECT_FUNCTION", "OBJECT_PROCEDURE" -> {
        if (node.path("behavior").asText().equals("DROP_CASCADE")) {
          take(TableLock.ACCESS_EXCLUSIVE);
        }
      }
      default -> isUnknown = true;
    }
  }

  private void rename(JsonNode node) {
    switch (node.path("renameType").asText()) {
      case "OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW" -> {
        creates.add(node.path("newname").asText());
        take(TableLock.ACCESS_EXCLUSIVE);
      }
      case "OBJECT_COLUMN", "OBJECT_TABCONSTRAINT", "OBJECT_TRIGGER", "OBJECT_POLICY" ->
          take(TableLock.ACCESS_EXCLUSIVE);
      case "OBJECT_INDEX",
          "OBJECT_SEQUENCE",
          "OBJECT_TYPE",
          "OBJECT_SCHEMA",
          "OBJECT_FUNCTION" -> {}
      default -> isUnknown = true;
    }
  }

  private void vacuum(JsonNode node) {
    boolean isFull = node.path("options").findValuesAsText("defname").contains("full");
    take(isFull ? TableLock.ACCESS_EXCLUSIVE : TableLock.SHARE_UPDATE_EXCLUSIVE);
    if (isFull) {
      warnings.add("rewrites the table and its indexes");
    }
  }

  private void reindex(JsonNode node) {
    boolean beside = node.path("params").findValuesAsText("defname").contains("concurrently");
    take(beside ? TableLock.SHARE_UPDATE_EXCLUSIVE : TableLock.SHARE);
    if (!beside) {
      warnings.add("writes to the table wait, and reads that use the index, without CONCURRENTLY");
    }
  }
}
