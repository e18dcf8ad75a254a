package io.countersign.store;

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
      "update role_grant set found = :found where action_id = :actionId and state = 'in_force'")
  int found(@Bind("actionId") String actionId, @Bind("found") String found);

  @SqlUpdate(
      """
      update role_grant set failures = failures + 1, failure = :failure,
          failed_since = coalesce(failed_since, :at), failed_at = :at
      where action_id = :actionId and state = 'in_force'
      """)
  int failed(
      @Bind("actionId") String actionId, @Bind("at") Instant at, @Bind("failure") String failure);

  /** Answers 0 where it had ended before. */
  @SqlUpdate(
      """
      update role_grant set state = 'ended', ended_at = :at, ended_why = :why
      where action_id = :actionId and state = 'in_force'
      """)
  int ended(@Bind("actionId") String actionId, @Bind("at") Instant at, @Bind("why") String why);

  /** Grants in force that end before the given time, the longest overdue first. */
  @SqlQuery(
      """
      select * from role_grant
      where state = 'in_force' and (until < :before or revoked_at < :before)
      order by until limit :limit
      """)
  List<RoleGrant> over(@Bind("before") Instant before, @Bind("limit") int limit);

  /** How many are in force, and how many of them should have been gone by the given time. */
  @SqlQuery(
      """
      select count(*) as in_force,
        count(*) filter (where until < :before or revoked_at < :before) as overdue
      from role_grant where state = 'in_force'
      """)
  @RegisterConstructorMapper(Count.class)
  Count count(@Bind("before") Instant before);

  /** Of granted roles. */
  record Count(long inForce, long overdue) {}
}
