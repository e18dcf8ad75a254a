package io.countersign.store.action;

import io.countersign.action.ActionId;
import io.countersign.action.Decision;
import io.countersign.action.Digest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.sqlobject.config.RegisterRowMapper;
import org.jdbi.v3.sqlobject.customizer.Bind;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;
import org.jspecify.annotations.Nullable;

/** The statements on table {@code ballot}. */
@RegisterRowMapper(BallotDao.Mapper.class)
public interface BallotDao {

  /** Answers 0 where the vote id is known already. */
  default int insert(Ballot ballot) {
    return insert(
        ballot.voteId(),
        ballot.actionId().value(),
        ballot.personId(),
        ballot.decision().name().toLowerCase(Locale.ROOT),
        ballot.digest().value(),
        ballot.channel(),
        ballot.reason(),
        ballot.signedInAt(),
        ballot.receivedAt(),
        ballot.mac());
  }

  @SqlUpdate(
      """
      insert into ballot (vote_id, action_id, person_id, decision, digest, channel, reason,
          signed_in_at, received_at, mac, state)
      values (:voteId, :actionId, :personId, :decision, :digest, :channel, :reason,
          :signedInAt, :receivedAt, :mac, 'received')
      on conflict (vote_id) do nothing
      """)
  int insert(
      @Bind("voteId") String voteId,
      @Bind("actionId") String actionId,
      @Bind("personId") String personId,
      @Bind("decision") String decision,
      @Bind("digest") String digest,
      @Bind("channel") String channel,
      @Bind("reason") String reason,
      @Bind("signedInAt") @Nullable Instant signedInAt,
      @Bind("receivedAt") Instant receivedAt,
      @Bind("mac") String mac);

  @SqlQuery("select * from ballot where vote_id = :voteId")
  Optional<Ballot> find(@Bind("voteId") String voteId);

  @SqlQuery("select * from ballot where action_id = :actionId order by received_at, vote_id")
  List<Ballot> ofAction(@Bind("actionId") String actionId);

  @SqlQuery(
      """
      select * from ballot where action_id = :actionId and state = 'counted'
      order by received_at, vote_id
      """)
  List<Ballot> counted(@Bind("actionId") String actionId);

  /** Ballots the workflow never answered. */
  @SqlQuery(
      """
      select b.* from ballot b join action a on a.id = b.action_id
      where b.state = 'received' and b.received_at < :before and a.status = 'PENDING_REVIEW'
      order by b.received_at limit 100
      """)
  List<Ballot> unanswered(@Bind("before") Instant before);

  @SqlUpdate(
      """
      update ballot set state = :state, code = :code, groups = :groups
      where vote_id = :voteId and state in ('received', 'counted')
      """)
  int settle(
      @Bind("voteId") String voteId,
      @Bind("state") String state,
      @Bind("code") @Nullable String code,
      @Bind("groups") List<String> groups);

  /** Takes a vote out of the count whose voter lost the seat. */
  @SqlUpdate("update ballot set state = 'refused', code = :code where vote_id = :voteId")
  int drop(@Bind("voteId") String voteId, @Bind("code") String code);

  /** Takes the person's earlier counted vote out of the count. */
  @SqlUpdate(
      """
      update ballot set state = :state
      where action_id = :actionId and person_id = :personId and state = 'counted'
        and vote_id <> :voteId
      """)
  int retire(
      @Bind("actionId") String actionId,
      @Bind("personId") String personId,
      @Bind("voteId") String voteId,
      @Bind("state") String state);

  /** Reads a ballot. */
  final class Mapper implements RowMapper<Ballot> {
    @Override
    public Ballot map(ResultSet row, StatementContext context) throws SQLException {
      OffsetDateTime signedInAt = row.getObject("signed_in_at", OffsetDateTime.class);
      return new Ballot(
          row.getString("vote_id"),
          new ActionId(row.getString("action_id")),
          row.getString("person_id"),
          Decision.valueOf(row.getString("decision").toUpperCase(Locale.ROOT)),
          new Digest(row.getString("digest")),
          row.getString("channel"),
          row.getString("reason"),
          signedInAt == null ? null : signedInAt.toInstant(),
          row.getObject("received_at", OffsetDateTime.class).toInstant(),
          row.getString("mac"),
          Ballot.State.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
          row.getString("code"),
          List.of((String[]) row.getArray("groups").getArray()));
    }
  }
}
