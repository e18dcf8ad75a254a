package io.countersign.store.person;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.customizer.Bind;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;

/** Which Slack account is which person, and the one-time codes that prove it. */
@RegisterConstructorMapper(SlackLinkDao.Link.class)
@RegisterConstructorMapper(SlackLinkDao.Account.class)
public interface SlackLinkDao {

  /** A Slack account that votes for a person. */
  record Link(String teamId, String userId, String personId, Instant linkedAt) {}

  /** A Slack account. */
  record Account(String teamId, String userId) {}

  @SqlQuery("select person_id from slack_link where team_id = :teamId and user_id = :userId")
  Optional<String> person(@Bind("teamId") String teamId, @Bind("userId") String userId);

  @SqlQuery(
      """
      select team_id, user_id, person_id, linked_at from slack_link
      where person_id = :personId order by linked_at, team_id, user_id
      """)
  List<Link> ofPerson(@Bind("personId") String personId);

  @SqlUpdate(
      """
      insert into slack_link (team_id, user_id, person_id, linked_at)
      values (:teamId, :userId, :personId, :at)
      on conflict (team_id, user_id) do update
      set person_id = excluded.person_id, linked_at = excluded.linked_at
      """)
  void link(
      @Bind("teamId") String teamId,
      @Bind("userId") String userId,
      @Bind("personId") String personId,
      @Bind("at") Instant at);

  @SqlUpdate(
      """
      delete from slack_link
      where team_id = :teamId and user_id = :userId and person_id = :personId
      """)
  int unlink(
      @Bind("teamId") String teamId,
      @Bind("userId") String userId,
      @Bind("personId") String personId);

  @SqlUpdate(
      """
      insert into slack_link_code (code_hash, team_id, user_id, expires_at)
      values (:codeHash, :teamId, :userId, :expiresAt)
      """)
  void offer(
      @Bind("codeHash") String codeHash,
      @Bind("teamId") String teamId,
      @Bind("userId") String userId,
      @Bind("expiresAt") Instant expiresAt);

  /** The account a code was made for, without using the code up. */
  @SqlQuery(
      """
      select team_id, user_id from slack_link_code
      where code_hash = :codeHash and expires_at > :now
      """)
  Optional<Account> offered(@Bind("codeHash") String codeHash, @Bind("now") Instant now);

  /** Uses a code up; empty where it is unknown, used or expired. */
  @SqlQuery(
      """
      delete from slack_link_code where code_hash = :codeHash and expires_at > :now
      returning team_id, user_id
      """)
  Optional<Account> redeem(@Bind("codeHash") String codeHash, @Bind("now") Instant now);

  @SqlUpdate("delete from slack_link_code where expires_at <= :now")
  int purge(@Bind("now") Instant now);
}
