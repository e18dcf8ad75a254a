package io.countersign.activity.targets;

import io.countersign.activity.targets.Fate.Probe;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Why a statement did not run, in our own words: a server's message quotes values and is dropped
 * here.
 */
public final class ExecutionFault extends Exception {
  private static final long serialVersionUID = 1;
  private static final String NO_WRITES = "25006";

  private final Kind kind;
  private final @Nullable String sqlState;
  private final @Nullable Probe probe;

  /** What to do about it. */
  public enum Kind {
    /** The target did not answer, or cannot be used now: later. */
    UNREACHABLE,
    /** PostgreSQL asks to try the transaction again. */
    CONFLICT,
    /** A lock was not granted in time. */
    LOCKED,
    /** The statement is at fault. */
    STATEMENT,
    /** What the statement touches is not what was judged. */
    CATALOGUE_CHANGED,
    /** More rows or bytes than approved. */
    TOO_MUCH,
    /** What is stored is not what was approved. */
    NOT_PERMITTED,
    /** Another attempt took the fence. */
    SUPERSEDED,
    /** No credential is configured for this class of statement. */
    NO_CREDENTIAL,
    /** The target does not give the proof that was asked for. */
    NO_PROOF,
    /** What an operation asked for was not done, and nothing of it will be. */
    DECLINED,
    /** Somebody asked for the execution to be stopped, in time. */
    STOPPED,
    /** The statement left our transaction; nobody can say from here what it did. */
    UNKNOWN_OUTCOME
  }

  private ExecutionFault(
      Kind kind, String message, @Nullable String sqlState, @Nullable Probe probe) {
    super(message, null, false, false);
    this.kind = kind;
    this.sqlState = sqlState;
    this.probe = probe;
  }

  public static ExecutionFault of(Kind kind, String message) {
    return new ExecutionFault(kind, message, null, null);
  }

  /** Nobody can know by machine whether it took effect. */
  public static ExecutionFault unknown(String why, Probe probe) {
    return new ExecutionFault(Kind.UNKNOWN_OUTCOME, why, null, probe);
  }

  /** Keeps the SQLSTATE and nothing else of what the driver says. */
  public static ExecutionFault of(SQLException cause) {
    String state = cause.getSQLState() == null ? "XX000" : cause.getSQLState();
    if (SqlStates.isWrongParameters(state) && isFatal(cause)) {
      return new ExecutionFault(Kind.UNREACHABLE, SqlStates.cutOff(state), state, null);
    }
    return new ExecutionFault(SqlStates.kind(state), SqlStates.words(state), state, null);
  }

  /** With this state a pooler tells that it lost the server: what ran there is not known. */
  private static boolean isFatal(SQLException cause) {
    if (!(cause instanceof PSQLException answered)) {
      return false;
    }
    ServerErrorMessage message = answered.getServerErrorMessage();
    return message != null && "FATAL".equals(message.getSeverity());
  }

  /** The same for a question of ours: the statement is not at fault for it. */
  static ExecutionFault asking(SQLException cause) {
    ExecutionFault fault = of(cause);
    if (NO_WRITES.equals(fault.sqlState)) {
      return new ExecutionFault(Kind.UNREACHABLE, "the target takes no writes", NO_WRITES, null);
    }
    return fault.kind == Kind.STATEMENT
        ? new ExecutionFault(
            Kind.NO_PROOF,
            "the target does not give this role what proves an execution",
            fault.sqlState,
            null)
        : fault;
  }

  /** A later attempt of the same action holds the fence now. */
  public static ExecutionFault superseded() {
    return of(Kind.SUPERSEDED, "another attempt went on");
  }

  /** The same, to be dealt with in another way. */
  public ExecutionFault as(Kind other) {
    return new ExecutionFault(other, words(), sqlState, probe);
  }

  /** The same, with the place where it happened. */
  public ExecutionFault at(String place) {
    return new ExecutionFault(kind, place + ": " + words(), sqlState, probe);
  }

  /** The same, with what stays nevertheless. */
  public ExecutionFault leaving(String what) {
    return new ExecutionFault(kind, words() + "; " + what, sqlState, probe);
  }

  public Kind kind() {
    return kind;
  }

  public @Nullable String sqlState() {
    return sqlState;
  }

  /** How a person can find out; null where the guarantee tells. */
  public @Nullable Probe probe() {
    return probe;
  }

  /** Our words, for the agent. */
  public String words() {
    return String.valueOf(getMessage());
  }
}
