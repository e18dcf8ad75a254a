package io.countersign.store.result;

import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.customizer.Bind;
import org.jdbi.v3.sqlobject.customizer.BindMethods;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;
import org.jspecify.annotations.Nullable;

/** The statements on tables {@code artifact} and {@code artifact_chunk}. */
@RegisterConstructorMapper(ArtifactDao.Stored.class)
public interface ArtifactDao {

  /** One attempt's file. */
  record Stored(
      String actionId,
      long fence,
      String format,
      String state,
      byte @Nullable [] wrappedKey,
      int chunks,
      long rowCount,
      long byteCount,
      @Nullable String sha256,
      Instant expiresAt) {}

  /** How far a file has come with one more piece. */
  record Piece(
      String actionId, long fence, int number, byte[] ciphertext, long rowCount, long byteCount) {}

  /** Answers 0 where a newer attempt took the fence. */
  @SqlUpdate(
      """
      insert into artifact (action_id, fence, format, state, wrapped_key, expires_at)
      select id, fence, :format, 'writing', :wrappedKey, :expiresAt from action
      where id = :actionId and fence = :fence and status = 'EXECUTING'
      """)
  int open(
      @Bind("actionId") String actionId,
      @Bind("fence") long fence,
      @Bind("format") String format,
      @Bind("wrappedKey") byte[] wrappedKey,
      @Bind("expiresAt") Instant expiresAt);

  /** Adds the next piece; answers 0 where it is not the next or a newer attempt took the fence. */
  @SqlUpdate(
      """
      with mine as (
        update artifact set chunks = chunks + 1, row_count = :rowCount, byte_count = :byteCount
        where action_id = :actionId and fence = :fence and state = 'writing' and chunks = :number
          and exists (select from action
            where id = :actionId and fence = :fence and status = 'EXECUTING')
        returning 1)
      insert into artifact_chunk (action_id, fence, number, ciphertext)
      select :actionId, :fence, :number, :ciphertext from mine
      """)
  int add(@BindMethods Piece piece);

  /** Makes that attempt's file the one that counts. */
  @SqlUpdate(
      """
      update artifact set state = 'ready', sha256 = :sha256, expires_at = :expiresAt
      where action_id = :actionId and fence = :fence and state = 'writing' and chunks = :chunks
      """)
  int complete(
      @Bind("actionId") String actionId,
      @Bind("fence") long fence,
      @Bind("chunks") int chunks,
      @Bind("sha256") String sha256,
      @Bind("expiresAt") Instant expiresAt);

  /** Deletes what attempts left behind that do not count. */
  @SqlUpdate(
      "delete from artifact where action_id = :actionId and fence <= :upTo and state = 'writing'")
  int discardUnfinished(@Bind("actionId") String actionId, @Bind("upTo") long upTo);

  /** The file that counts, else the newest attempt's. */
  @SqlQuery(
      """
      select action_id, fence, format, state, wrapped_key, chunks, row_count, byte_count, sha256,
          expires_at
      from artifact where action_id = :actionId order by state = 'writing', fence desc limit 1
      """)
  Optional<Stored> find(@Bind("actionId") String actionId);

  /** Begins the only download; empty where there is nothing to download, or it was before. */
  @SqlQuery(
      """
      update artifact set state = 'taken', taken_at = :now
      where action_id = :actionId and state = 'ready' and expires_at > :now
      returning action_id, fence, format, state, wrapped_key, chunks, row_count, byte_count,
          sha256, expires_at
      """)
  Optional<Stored> take(@Bind("actionId") String actionId, @Bind("now") Instant now);

  @SqlQuery(
      """
      select ciphertext from artifact_chunk
      where action_id = :actionId and fence = :fence and number = :number
      """)
  Optional<byte[]> chunk(
      @Bind("actionId") String actionId, @Bind("fence") long fence, @Bind("number") int number);

  /** What was downloaded, as far as it went, is not kept. */
  @SqlUpdate(
      """
      with shredded as (
        update artifact set wrapped_key = null where action_id = :actionId and fence = :fence)
      delete from artifact_chunk where action_id = :actionId and fence = :fence
      """)
  int shred(@Bind("actionId") String actionId, @Bind("fence") long fence);

  /** Shreds what expired, and what a download left behind whose server died. */
  @SqlUpdate(
      """
      with shredded as (
        update artifact set wrapped_key = null,
          state = case when state = 'ready' then 'expired' else state end
        where wrapped_key is not null
          and (state = 'ready' and expires_at <= :now
            or state = 'taken' and taken_at <= :abandoned)
        returning action_id, fence)
      delete from artifact_chunk using shredded
      where artifact_chunk.action_id = shredded.action_id
        and artifact_chunk.fence = shredded.fence
      """)
  int shredExpired(@Bind("now") Instant now, @Bind("abandoned") Instant abandoned);

  /** Deletes what attempts began that nobody came back to. */
  @SqlUpdate("delete from artifact where state = 'writing' and expires_at <= :now")
  int deleteUnfinished(@Bind("now") Instant now);
}
