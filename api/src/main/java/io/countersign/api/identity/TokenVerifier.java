package io.countersign.api.identity;

import com.nimbusds.jwt.JWTClaimsSet;
import java.text.ParseException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Turns an API bearer token into a caller, or refuses it. */
public final class TokenVerifier {
  private static final Set<String> TYPES = Set.of("jwt", "at+jwt", "application/at+jwt");

  private final IdentityConfig config;
  private final SignedClaims signed;
  private final CallerClaims callers;

  TokenVerifier(IdentityConfig config, SignedClaims signed, CallerClaims callers) {
    this.config = config;
    this.signed = signed;
    this.callers = callers;
  }

  /** Verifies tokens of the configured issuer, which is first contacted for the first token. */
  public static TokenVerifier of(IdentityConfig config, InstantSource clock) {
    Issuer issuer = new Issuer(config.issuer(), clock);
    return new TokenVerifier(
        config, new SignedClaims(issuer, clock), new CallerClaims(config, clock));
  }

  /**
   * Refuses a bad token with UNAUTHENTICATED, and any token with UNAVAILABLE while the issuer
   * cannot be reached and its keys are not known.
   */
  public Caller verify(String token) {
    return vouched(token).caller();
  }

  Vouched vouched(String token) {
    JWTClaimsSet claims = signed.read(token, config.audience(), TYPES);
    String scope = config.scope();
    if (scope != null && !scopes(claims).contains(scope)) {
      throw SignedClaims.refused("a token with scope `" + scope + "` is expected");
    }
    return callers.read(claims, "api");
  }

  private static List<String> scopes(JWTClaimsSet claims) {
    List<String> scopes = new ArrayList<>();
    for (String claim : List.of("scope", "scp")) {
      try {
        if (claims.getClaim(claim) instanceof String text) {
          scopes.addAll(List.of(text.split(" ")));
        } else if (claims.getClaim(claim) != null) {
          scopes.addAll(claims.getStringListClaim(claim));
        }
      } catch (ParseException e) {
        throw SignedClaims.refused("the token's scopes are not of the expected type");
      }
    }
    return scopes;
  }
}
