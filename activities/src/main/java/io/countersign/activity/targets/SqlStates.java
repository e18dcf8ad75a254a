package io.countersign.activity.targets;

import java.util.Map;
import java.util.Set;

/** Our own words for PostgreSQL's error codes (appendix A of its manual). */
final class SqlStates {
  /** A protocol violation is the statement's fault here: it has the wrong number of parameters. */
  private static final String WRONG_PARAMETERS = "08P01";

  private static final Set<String> CONFLICTS = Set.of("40001", "40P01");
  private static final Set<String> UNREACHABLE =
      Set.of("57P01", "57P02", "57P03", "57P05", "25P03", "28P01", "28000", "3D000");

  private static final Map<String, String> EXACT =
      Map.ofEntries(
          Map.entry(WRONG_PARAMETERS, "the statement does not fit its parameters"),
          Map.entry("22001", "a value is too long for its column"),
          Map.entry("22003", "a number is out of range"),
          Map.entry("22007", "a date or time is malformed"),
          Map.entry("22008", "a date or time is out of range"),
          Map.entry("22012", "division by zero"),
          Map.entry("22P02", "a value is malformed for its type"),
          Map.entry("23502", "a column that must not be null would be null"),
          Map.entry("23503", "a foreign key would be violated"),
          Map.entry("23505", "a unique constraint would be violated"),
          Map.entry("23514", "a check constraint would be violated"),
          Map.entry("23P01", "an exclusion constraint would be violated"),
          Map.entry("25001", "the statement cannot run inside a transaction"),
          Map.entry("25006", "the statement writes, but its class may only read"),
          Map.entry("42501", "the role for this class of statement lacks the privilege"),
          Map.entry("42601", "syntax error"),
          Map.entry("42703", "a column does not exist"),
          Map.entry("42883", "a function or operator does not exist for these types"),
          Map.entry("42P01", "a table does not exist"),
          Map.entry("42P18", "a parameter's type cannot be determined, expected a cast"),
          Map.entry("55P03", "a lock was not granted in time"),
          Map.entry("57014", "the statement ran into its time limit"));

  private static final Map<String, String> BY_CLASS =
      Map.ofEntries(
          Map.entry("08", "the target did not answer"),
          Map.entry("0A", "the statement uses a feature that is not supported"),
          Map.entry("21", "a subquery returned more rows than expected"),
          Map.entry("22", "a value is not valid"),
          Map.entry("23", "a constraint would be violated"),
          Map.entry("25", "the transaction does not allow it"),
          Map.entry("28", "the target refused the login"),
          Map.entry("40", "the transaction conflicted with another"),
          Map.entry("42", "the statement does not fit the database"),
          Map.entry("44", "a view's check option would be violated"),
          Map.entry("53", "the target lacks resources"),
          Map.entry("54", "the statement is too complex"),
          Map.entry("55", "an object is not in the state the statement needs"),
          Map.entry("57", "the target was interrupted"),
          Map.entry("P0", "a function raised an error"));

  private SqlStates() {}

  static boolean isWrongParameters(String state) {
    return state.equals(WRONG_PARAMETERS);
  }

  /** The words where whatever stands before the target lost it. */
  static String cutOff(String state) {
    return BY_CLASS.get("08") + " (sqlstate " + safe(state) + ")";
  }

  static ExecutionFault.Kind kind(String state) {
    if (isWrongParameters(state)) {
      return ExecutionFault.Kind.STATEMENT;
    }
    if (state.startsWith("08") || state.startsWith("58") || UNREACHABLE.contains(state)) {
      return ExecutionFault.Kind.UNREACHABLE;
    }
    // Too many connections, disk full, out of memory: another time it may work.
    if (state.startsWith("53")) {
      return ExecutionFault.Kind.UNREACHABLE;
    }
    if (CONFLICTS.contains(state)) {
      return ExecutionFault.Kind.CONFLICT;
    }
    return state.equals("55P03") ? ExecutionFault.Kind.LOCKED : ExecutionFault.Kind.STATEMENT;
  }

  /** A line for the agent: what happened and the SQLSTATE; never a value. */
  static String words(String state) {
    String text = EXACT.get(state);
    if (text == null && state.length() == 5) {
      text = BY_CLASS.get(state.substring(0, 2));
    }
    String known = text == null ? "the statement failed" : text;
    return known + " (sqlstate " + safe(state) + ")";
  }

  /** A function may raise any five characters; only letters and digits are repeated. */
  private static String safe(String state) {
    return state.matches("[0-9A-Z]{5}") ? state : "unknown";
  }
}
