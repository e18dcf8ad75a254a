package io.countersign.api.identity;

import io.countersign.action.Code;
import io.countersign.api.ApiException;
import io.countersign.store.person.SessionDao;
import io.countersign.store.person.SessionDao.Session;
import io.dropwizard.auth.Authenticator;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Knows people by the session cookie of the console. */
public final class SessionAuthenticator
    implements Authenticator<SessionAuthenticator.Credentials, Caller> {
  static final String COOKIE = "cs_session";
  static final String CSRF_HEADER = "X-CSRF-Token";
  static final Duration LIFETIME = Duration.ofHours(8);

  private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");
  private static final int LONGEST_COOKIE = 100;

  private final Jdbi jdbi;
  private final People people;
  private final InstantSource clock;

  /**
   * What a browser shows.
   *
   * @param method of the request; one that may change something needs the token
   */
  public record Credentials(String cookie, String method, @Nullable String csrfToken) {}

  /** A session and who holds it. */
  record SignedIn(Session session, Caller caller) {}

  SessionAuthenticator(Jdbi jdbi, People people, InstantSource clock) {
    this.jdbi = jdbi;
    this.people = people;
    this.clock = clock;
  }

  /** Empty where nobody is signed in; refuses with FORBIDDEN where the token is missing. */
  @Override
  public Optional<Caller> authenticate(Credentials credentials) {
    Optional<SignedIn> signedIn = find(credentials.cookie());
    signedIn.ifPresent(known -> checkToken(known.session(), credentials));
    return signedIn.map(SignedIn::caller);
  }

  private static void checkToken(Session session, Credentials credentials) {
    if (READING.contains(credentials.method())) {
      return;
    }
    String shown = credentials.csrfToken();
    if (shown == null || !Secret.same(session.csrfToken(), shown)) {
      throw new ApiException(
          Code.FORBIDDEN, "header `" + CSRF_HEADER + "` with the session's token is expected");
    }
  }

  Optional<SignedIn> find(String cookie) {
    if (cookie.length() > LONGEST_COOKIE) {
      return Optional.empty();
    }
    return jdbi.withExtension(
            SessionDao.class, sessions -> sessions.find(Secret.hash(cookie), clock.instant()))
        .flatMap(
            session ->
                people
                    .signedIn(session.personId(), session.signedInAt())
                    .map(caller -> new SignedIn(session, caller)));
  }

  /** Opens a session and answers its cookie's value, which is stored nowhere. */
  String open(Caller person) {
    Instant now = clock.instant();
    Instant signedInAt = person.signedInAt() == null ? now : person.signedInAt();
    String cookie = Secret.random();
    Session session =
        new Session(
            Secret.hash(cookie), person.id(), Secret.random(), signedInAt, now.plus(LIFETIME));
    jdbi.useExtension(
        SessionDao.class,
        sessions -> {
          sessions.closeExpired(now);
          sessions.open(session);
        });
    return cookie;
  }

  void close(String cookie) {
    jdbi.useExtension(SessionDao.class, sessions -> sessions.close(Secret.hash(cookie)));
  }
}
