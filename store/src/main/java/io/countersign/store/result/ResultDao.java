package io.countersign.store.result;

import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.customizer.Bind;
import org.jdbi.v3.sqlobject.customizer.BindMethods;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;

/** The statements on table {@code result}. */
@RegisterConstructorMapper(ResultDao.Sealed.class)
public interface ResultDao {

  /**
   * An encrypted result.
   *
   * @param fence of the attempt that returned it
   * @param isFinal false while it is not known whether that attempt takes effect
   * @param sha256 of the plain canonical text, see {@link ResultTable}
   */
  record Sealed(
      String actionId,
      long fence,
      boolean isFinal,
      byte[] ciphertext,
      byte[] wrappedKey,
      long rowCount,
      boolean truncated,
      String sha256,
      Instant expiresAt) {}

  /** Stores a result; a newer attempt's replaces an older one's. */
  @SqlUpdate(
      """
      insert into result (action_id, fence, final, ciphertext, wrapped_key, row_count, truncated,
          sha256, expires_at)
      values (:actionId, :fence, :isFinal, :ciphertext, :wrappedKey, :rowCount, :truncated,
          :sha256, :expiresAt)
      on conflict (action_id) do update set fence = excluded.fence, final = excluded.final,
          ciphertext = excluded.ciphertext, wrapped_key = excluded.wrapped_key,
          row_count = excluded.row_count, truncated = excluded.truncated,
          sha256 = excluded.sha256, expires_at = excluded.expires_at
      where result.fence <= excluded.fence and not result.final
      """)
  int put(@BindMethods Sealed result);

  /** Makes the result of that attempt the one that counts. */
  @SqlUpdate("update result set final = true where action_id = :actionId and fence = :fence")
  int confirm(@Bind("actionId") String actionId, @Bind("fence") long fence);

  /** Deletes what attempts left behind that did not commit. */
  @SqlUpdate("delete from result where action_id = :actionId and not final")
  int discardPending(@Bind("actionId") String actionId);

  @SqlQuery("select sha256 from result where action_id = :actionId and fence = :fence")
  Optional<String> sha256(@Bind("actionId") String actionId, @Bind("fence") long fence);

  @SqlQuery(
      """
      select action_id, fence, final as is_final, ciphertext, wrapped_key, row_count, truncated,
          sha256, expires_at
      from result where action_id = :actionId and final and expires_at > :now
      """)
  Optional<Sealed> find(@Bind("actionId") String actionId, @Bind("now") Instant now);

  @SqlUpdate("delete from result where expires_at <= :now")
  int deleteExpired(@Bind("now") Instant now);
}
