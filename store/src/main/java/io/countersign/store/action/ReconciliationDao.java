package io.countersign.store.action;

import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.customizer.Bind;
import org.jdbi.v3.sqlobject.customizer.BindMethods;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;

/** The statements on table {@code reconciliation}. */
@RegisterConstructorMapper(Reconciliation.class)
public interface ReconciliationDao {

  @SqlUpdate(
      """
      insert into reconciliation (action_id, fence, why, if_executed, if_not_executed, probe,
          opened_at)
      values (:actionId, :fence, :why, :ifExecuted, :ifNotExecuted, :probe, :openedAt)
      """)
  int insert(@BindMethods Reconciliation reconciliation);

  @SqlQuery("select * from reconciliation where action_id = :actionId")
  Optional<Reconciliation> find(@Bind("actionId") String actionId);

  /** Answers 0 where somebody has decided it. */
  @SqlUpdate(
      """
      update reconciliation set decision = :decision, decided_by = :person, reason = :reason,
          decided_at = :at
      where action_id = :actionId and decision is null
      """)
  int decide(
      @Bind("actionId") String actionId,
      @Bind("decision") String decision,
      @Bind("person") String person,
      @Bind("reason") String reason,
      @Bind("at") Instant at);

  /** What was an error while nobody knew is none any more. */
  @SqlUpdate("update action set error = null where id = :actionId")
  int clearError(@Bind("actionId") String actionId);
}
