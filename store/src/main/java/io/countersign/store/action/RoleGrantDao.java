package io.countersign.store.action;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.customizer.Bind;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;

/** The statements on table {@code role_grant}. */
@RegisterConstructorMapper(RoleGrant.class)
public interface RoleGrantDao {

  /** Kept before the target's COMMIT; the attempt that commits is the last one to say it. */
  @SqlUpdate(
      """
      insert into role_grant (action_id, state, grantor, grantor_oid, role_oid, grantee_oid,
          given_at, until)
      values (:actionId, 'pending', :grantor, :grantorOid, :roleOid, :granteeOid, :givenAt,
          :until)
      on conflict (action_id) do update
        set grantor = excluded.grantor, grantor_oid = excluded.grantor_oid,
            role_oid = excluded.role_oid,
            grantee_oid = excluded.grantee_oid, given_at = excluded.given_at,
            until = excluded.until
        where role_grant.state = 'pending'
      """)
  int pending(
      @Bind("actionId") String actionId,
      @Bind("grantor") String grantor,
      @Bind("grantorOid") long grantorOid,
      @Bind("roleOid") long roleOid,
      @Bind("granteeOid") long granteeOid,
      @Bind("givenAt") Instant givenAt,
      @Bind("until") Instant until);

  /** Answers 0 where it was in force before. */
  @SqlUpdate(
      "update role_grant set state = 'in_force' where action_id = :actionId and state = 'pending'")
  int began(@Bind("actionId") String actionId);

  @SqlQuery("select * from role_grant where action_id = :actionId")
  Optional<RoleGrant> find(@Bind("actionId") String actionId);

  @SqlQuery("select * from role_grant where action_id = :actionId for update")
  Optional<RoleGrant> lock(@Bind("actionId") String actionId);

  /** Answers 0 where it has ended, or was asked to before. */
  @SqlUpdate(
      """
      update role_grant set revoked_at = :at
      where action_id = :actionId and state = 'in_force' and revoked_at is null
      """)
  int revoke(@Bind("actionId") String actionId, @Bind("at") Instant at);

  /** What the taking back met, kept before the target's COMMIT. */
  @SqlUpdate(
      "update role_grant set found = :found where action_id = :actionId and state <> 'ended'")
  int found(@Bind("actionId") String actionId, @Bind("found") String found);

  @SqlUpdate(
      """
      update role_grant set failures = failures + 1, failure = :failure,
          failed_since = coalesce(failed_since, :at), failed_at = :at
      where action_id = :actionId and state <> 'ended'
      """)
  int failed(
      @Bind("actionId") String actionId, @Bind("at") Instant at, @Bind("failure") String failure);

  /** Nothing was there to take back; answers 0 where that was known. */
  @SqlUpdate(
      """
      update role_grant set failed_at = :at where action_id = :actionId and state = 'pending'
      """)
  int looked(@Bind("actionId") String actionId, @Bind("at") Instant at);

  /** Answers 0 where it had ended before. */
  @SqlUpdate(
      """
      update role_grant set state = 'ended', ended_at = :at, ended_why = :why
      where action_id = :actionId and state <> 'ended'
      """)
  int ended(@Bind("actionId") String actionId, @Bind("at") Instant at, @Bind("why") String why);

  /**
   * Grants that end before the given time, the longest overdue first: those in force, those of
   * which nobody knows, and once more those that an operator believes were never given.
   */
  @SqlQuery(
      """
      select * from role_grant
      where state = 'in_force' and (until < :before or revoked_at < :before)
      union all
      select g.* from role_grant g join reconciliation doubt using (action_id)
      where g.state = 'pending' and g.until < :before
        and (doubt.decision is null or doubt.decision = 'not_executed' and g.found is null)
      order by until limit :limit
      """)
  List<RoleGrant> over(@Bind("before") Instant before, @Bind("limit") int limit);

  /** Whether another action made the same membership later, which that of this one excludes. */
  @SqlQuery(
      """
      select exists (
        select from role_grant other join action theirs on theirs.id = other.action_id,
          role_grant mine join action ours on ours.id = mine.action_id
        where mine.action_id = :actionId and other.action_id <> :actionId
          and theirs.target = ours.target and other.given_at > mine.given_at
          and other.role_oid = mine.role_oid and other.grantee_oid = mine.grantee_oid)
      """)
  boolean isGivenAnew(@Bind("actionId") String actionId);

  /**
   * How many are in force, and how many should have been gone by the given time; of those in doubt,
   * the ones that could not be looked for.
   */
  @SqlQuery(
      """
      select count(*) filter (where state = 'in_force') as in_force,
        count(*) filter (where case state
          when 'in_force' then until < :before or revoked_at < :before
          else failures > 0 and found is null end) as overdue
      from role_grant where state <> 'ended'
      """)
  @RegisterConstructorMapper(Count.class)
  Count count(@Bind("before") Instant before);

  /** Of granted roles. */
  record Count(long inForce, long overdue) {}
}
