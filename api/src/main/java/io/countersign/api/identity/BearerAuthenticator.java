package io.countersign.api.identity;

import io.dropwizard.auth.Authenticator;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Knows callers by their bearer token. */
public final class BearerAuthenticator implements Authenticator<String, Caller> {
  private static final String SCHEME = "bearer ";

  private final TokenVerifier tokens;
  private final People people;

  BearerAuthenticator(TokenVerifier tokens, People people) {
    this.tokens = tokens;
    this.people = people;
  }

  /** Refuses by {@link io.countersign.api.ApiException}, which says why; never answers empty. */
  @Override
  public Optional<Caller> authenticate(String token) {
    return Optional.of(people.admit(tokens.vouched(token)));
  }

  /** The caller that an Authorization header names; for doors outside Jersey too. */
  public Caller fromHeader(@Nullable String header) {
    if (header == null || !header.toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
      throw SignedClaims.refused("`Authorization: Bearer` with a token is expected");
    }
    return authenticate(header.substring(SCHEME.length()).strip()).orElseThrow();
  }
}
