package io.countersign.store.action;

import io.countersign.store.result.ResultDao;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.customizer.Bind;
import org.jdbi.v3.sqlobject.customizer.BindMethods;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;
import org.jspecify.annotations.Nullable;

/** The statements on table {@code execution_attempt}. */
@RegisterConstructorMapper(ExecutionDao.Attempt.class)
public interface ExecutionDao {

  /**
   * One attempt to execute an action, or one part of it.
   *
   * @param part of a migration that no single transaction holds, from 1; 1 for everything else
   * @param backendStart as the target's pg_stat_activity shows it
   * @param guarantee {@code ledger}, {@code xid} or {@code at_most_once}
   * @param xid the target's transaction, 64 bits; null where it ran in none
   * @param systemIdentifier of the target, with {@code timeline}: its incarnation, where the
   *     guarantee rests on it
   * @param rowCount rows returned or changed; null until the statement ran
   * @param resultBytes of the result; null where nothing was returned
   */
  record Attempt(
      String actionId,
      long fence,
      int part,
      Instant startedAt,
      int backendPid,
      String backendStart,
      String guarantee,
      @Nullable String xid,
      @Nullable String systemIdentifier,
      @Nullable String timeline,
      @Nullable Long rowCount,
      @Nullable Long resultBytes) {

    /** What stands for it in the target's ledger. */
    public String marker() {
      return marker(actionId, part);
    }

    /** What stands for one part of an action in the target's ledger. */
    public static String marker(String actionId, int part) {
      return part == 1 ? actionId : actionId + "/" + part;
    }

    /** What it did if it took effect; empty where it did not get so far as to know. */
    public Optional<Outcome> outcome(Handle handle) {
      return rowCount == null
          ? Optional.empty()
          : Optional.of(
              new Outcome(
                  rowCount,
                  guarantee,
                  startedAt,
                  handle.attach(ResultDao.class).sha256(actionId, fence).orElse(null),
                  resultBytes));
    }
  }

  /**
   * Answers 0 where a newer attempt took the fence, or somebody asked to stop. The lock makes the
   * two wait for each other: whoever takes the fence afterwards sees this attempt.
   */
  @SqlUpdate(
      """
      insert into execution_attempt (action_id, fence, part, started_at, backend_pid,
          backend_start, guarantee, xid, system_identifier, timeline, state)
      select id, fence, :part, :startedAt, :backendPid, :backendStart, :guarantee, :xid,
          :systemIdentifier, :timeline, 'open'
      from action
      where id = :actionId and fence = :fence and status = 'EXECUTING'
        and stop_asked_at is null for share
      """)
  int open(@BindMethods Attempt attempt);

  /** Answers 0 where the attempt counts as aborted already, or somebody asked to stop it. */
  @SqlUpdate(
      """
      update execution_attempt set row_count = :rowCount, result_bytes = :resultBytes
      where action_id = :actionId and fence = :fence and state = 'open'
        and exists (select from action where id = :actionId and status = 'EXECUTING'
          and stop_asked_at is null for share)
      """)
  int ran(
      @Bind("actionId") String actionId,
      @Bind("fence") long fence,
      @Bind("rowCount") long rowCount,
      @Bind("resultBytes") @Nullable Long resultBytes);

  /** Closes one attempt as committed and every other one as aborted. */
  @SqlUpdate(
      """
      update execution_attempt
      set state = case when fence = :fence then 'committed' else 'aborted' end
      where action_id = :actionId and state = 'open'
      """)
  int committed(@Bind("actionId") String actionId, @Bind("fence") long fence);

  /** Closes every attempt up to that one as aborted. */
  @SqlUpdate(
      """
      update execution_attempt set state = 'aborted'
      where action_id = :actionId and fence <= :fence and state = 'open'
      """)
  int aborted(@Bind("actionId") String actionId, @Bind("fence") long fence);

  @SqlQuery(
      """
      select action_id, fence, part, started_at, backend_pid, backend_start, guarantee, xid,
          system_identifier, timeline, row_count, result_bytes
      from execution_attempt where action_id = :actionId and fence = :fence
      """)
  Optional<Attempt> find(@Bind("actionId") String actionId, @Bind("fence") long fence);

  /** Attempts not proven ended, oldest first. */
  @SqlQuery(
      """
      select action_id, fence, part, started_at, backend_pid, backend_start, guarantee, xid,
          system_identifier, timeline, row_count, result_bytes
      from execution_attempt where action_id = :actionId and state = 'open' order by fence
      """)
  List<Attempt> open(@Bind("actionId") String actionId);

  /** One for each part that took effect, in their order. */
  @SqlQuery(
      """
      select action_id, fence, part, started_at, backend_pid, backend_start, guarantee, xid,
          system_identifier, timeline, row_count, result_bytes
      from execution_attempt where action_id = :actionId and state = 'committed' order by part
      """)
  List<Attempt> committed(@Bind("actionId") String actionId);

  /** Asks for an execution to be stopped; answers 0 where it is not running any more. */
  @SqlUpdate(
      """
      update action set stop_asked_at = coalesce(stop_asked_at, :at)
      where id = :actionId and status = 'EXECUTING'
      """)
  int askStop(@Bind("actionId") String actionId, @Bind("at") Instant at);

  @SqlQuery("select stop_asked_at is not null from action where id = :actionId")
  boolean isStopAsked(@Bind("actionId") String actionId);
}
