package io.countersign.store;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.customizer.Bind;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;
import org.jspecify.annotations.Nullable;

/** The statements on table {@code execution_attempt}. */
@RegisterConstructorMapper(ExecutionDao.Attempt.class)
public interface ExecutionDao {

  /**
   * One attempt to execute an action.
   *
   * @param backendStart as the target's pg_stat_activity shows it
   * @param rowCount rows returned or changed; null until the statement ran
   * @param resultBytes of the result; null where nothing was returned
   */
  record Attempt(
      String actionId,
      long fence,
      Instant startedAt,
      int backendPid,
      String backendStart,
      @Nullable Long rowCount,
      @Nullable Long resultBytes) {}

  /** Answers 0 where a newer attempt took the fence. */
  @SqlUpdate(
      """
      insert into execution_attempt (action_id, fence, started_at, backend_pid, backend_start,
          state)
      select id, fence, :startedAt, :backendPid, :backendStart, 'open' from action
      where id = :actionId and fence = :fence and status = 'EXECUTING'
      """)
  int open(
      @Bind("actionId") String actionId,
      @Bind("fence") long fence,
      @Bind("startedAt") Instant startedAt,
      @Bind("backendPid") int backendPid,
      @Bind("backendStart") String backendStart);

  @SqlUpdate(
      """
      update execution_attempt set row_count = :rowCount, result_bytes = :resultBytes
      where action_id = :actionId and fence = :fence and state = 'open'
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

  @SqlUpdate(
      """
      update execution_attempt set state = 'aborted'
      where action_id = :actionId and fence <= :fence and state = 'open'
      """)
  int aborted(@Bind("actionId") String actionId, @Bind("fence") long fence);

  @SqlQuery(
      """
      select action_id, fence, started_at, backend_pid, backend_start, row_count,
          result_bytes
      from execution_attempt where action_id = :actionId and fence = :fence
      """)
  Optional<Attempt> find(@Bind("actionId") String actionId, @Bind("fence") long fence);

  /** Attempts not proven ended, oldest first. */
  @SqlQuery(
      """
      select action_id, fence, started_at, backend_pid, backend_start, row_count,
          result_bytes
      from execution_attempt where action_id = :actionId and state = 'open' order by fence
      """)
  List<Attempt> open(@Bind("actionId") String actionId);
}
