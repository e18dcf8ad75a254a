package io.countersign.api.identity;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.countersign.action.Code;
import io.countersign.api.ApiException;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the claims of a token after checking who signed it, for whom, and until when. */
final class SignedClaims {
  /** Longest token read, in characters. */
  static final int LONGEST = 8 * 1024;

  private static final Duration SKEW = Duration.ofSeconds(60);

  private final Issuer issuer;
  private final InstantSource clock;

  SignedClaims(Issuer issuer, InstantSource clock) {
    this.issuer = issuer;
    this.clock = clock;
  }

  /**
   * Refuses with UNAUTHENTICATED what is not a valid token, with UNAVAILABLE what cannot be judged.
   *
   * @param types the {@code typ} headers accepted, in lower case; a token without one is accepted
   */
  JWTClaimsSet read(String token, String audience, Set<String> types) {
    if (token.length() > LONGEST) {
      throw refused("a token of at most " + LONGEST + " characters is expected");
    }
    try {
      SignedJWT signed = SignedJWT.parse(token);
      checkHeader(signed.getHeader(), types);
      JWTClaimsSet claims = signed.getJWTClaimsSet();
      checkIssuer(claims);
      checkSignature(signed);
      checkAudience(claims, audience);
      checkTime(claims);
      return claims;
    } catch (ParseException | IllegalArgumentException e) {
      throw refused("a signed token (JWT) is expected");
    }
  }

  private static void checkHeader(JWSHeader header, Set<String> types) {
    JOSEObjectType type = header.getType();
    if (type != null && !types.contains(type.getType().toLowerCase(Locale.ROOT))) {
      throw refused("the token is of another type");
    }
    if (header.getCriticalParams() != null && !header.getCriticalParams().isEmpty()) {
      throw refused("the token needs an extension that is not understood");
    }
    if (!Signature.ALGORITHMS.contains(header.getAlgorithm())) {
      throw refused("a token signed with RS256, ES256 or EdDSA is expected");
    }
  }

  /** Before the keys are asked for, so that foreign tokens do not make us fetch them. */
  private void checkIssuer(JWTClaimsSet claims) {
    if (!issuer.name().equals(claims.getIssuer())) {
      throw refused("the token is from another issuer");
    }
  }

  private void checkSignature(SignedJWT signed) {
    boolean valid =
        issuer.keys(signed.getHeader()).stream().anyMatch(key -> Signature.isValid(signed, key));
    if (!valid) {
      throw refused("the token's signature does not match the issuer's keys");
    }
  }

  private static void checkAudience(JWTClaimsSet claims, String audience) {
    if (!claims.getAudience().contains(audience)) {
      throw refused("the token is meant for another audience");
    }
  }

  private void checkTime(JWTClaimsSet claims) {
    Instant now = clock.instant();
    Instant expiry = instant(claims.getExpirationTime());
    if (expiry == null || !now.isBefore(expiry.plus(SKEW))) {
      throw refused("the token has expired");
    }
    if (isAfter(instant(claims.getNotBeforeTime()), now.plus(SKEW))
        || isAfter(instant(claims.getIssueTime()), now.plus(SKEW))) {
      throw refused("the token is not valid yet");
    }
  }

  private static boolean isAfter(@Nullable Instant instant, Instant limit) {
    return instant != null && instant.isAfter(limit);
  }

  private static @Nullable Instant instant(@Nullable Date date) {
    return date == null ? null : date.toInstant();
  }

  static ApiException refused(String why) {
    return new ApiException(Code.UNAUTHENTICATED, why);
  }
}
