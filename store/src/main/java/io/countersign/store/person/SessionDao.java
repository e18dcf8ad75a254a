package io.countersign.store.person;

import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.customizer.Bind;
import org.jdbi.v3.sqlobject.customizer.BindMethods;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;

/** The console's sessions and the sign-ins under way. */
@RegisterConstructorMapper(SessionDao.Session.class)
@RegisterConstructorMapper(SessionDao.SignIn.class)
public interface SessionDao {

  /**
   * A browser that is signed in.
   *
   * @param tokenHash SHA-256 of the cookie, in hexadecimal
   * @param csrfToken what a request that changes something must repeat in a header
   */
  record Session(
      String tokenHash, String personId, String csrfToken, Instant signedInAt, Instant expiresAt) {}

  /**
   * A browser that is away at the identity provider.
   *
   * @param stateHash SHA-256 of the state, in hexadecimal
   * @param returnTo a path of the console
   */
  record SignIn(
      String stateHash, String nonce, String codeVerifier, String returnTo, Instant expiresAt) {}

  @SqlUpdate(
      """
      insert into web_session (token_hash, person_id, csrf_token, signed_in_at, expires_at)
      values (:tokenHash, :personId, :csrfToken, :signedInAt, :expiresAt)
      """)
  void open(@BindMethods Session session);

  @SqlQuery("select * from web_session where token_hash = :tokenHash and expires_at > :now")
  Optional<Session> find(@Bind("tokenHash") String tokenHash, @Bind("now") Instant now);

  @SqlUpdate("delete from web_session where token_hash = :tokenHash")
  int close(@Bind("tokenHash") String tokenHash);

  @SqlUpdate("delete from web_session where expires_at <= :now")
  int closeExpired(@Bind("now") Instant now);

  @SqlUpdate(
      """
      insert into sign_in (state_hash, nonce, code_verifier, return_to, expires_at)
      values (:stateHash, :nonce, :codeVerifier, :returnTo, :expiresAt)
      """)
  void begin(@BindMethods SignIn signIn);

  /** Answers a sign-in once: whoever asks again finds nothing. */
  @SqlQuery(
      """
      delete from sign_in where state_hash = :stateHash and expires_at > :now returning *
      """)
  Optional<SignIn> take(@Bind("stateHash") String stateHash, @Bind("now") Instant now);

  @SqlUpdate("delete from sign_in where expires_at <= :now")
  int forgetExpired(@Bind("now") Instant now);
}
