package io.countersign.api.identity;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import io.countersign.action.Code;
import io.countersign.api.ApiException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The OpenID provider: its metadata and keys, fetched when first needed and kept. An unknown key id
 * fetches them again, a few times a minute at most, so that made-up tokens do not flood it.
 */
final class Issuer {
  static final int TIMEOUT_MILLIS = 2_000;

  private static final Logger LOG = LoggerFactory.getLogger(Issuer.class);
  private static final int SIZE_LIMIT = 512 * 1024;
  private static final Duration FRESH = Duration.ofHours(1);
  private static final Duration OUTAGE = Duration.ofHours(24);
  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);
  private static final int FETCHES_A_MINUTE = 6;

  private final String name;
  private final InstantSource clock;
  private final DefaultResourceRetriever http =
      new DefaultResourceRetriever(TIMEOUT_MILLIS, TIMEOUT_MILLIS, SIZE_LIMIT);
  private final Deque<Instant> fetches = new ArrayDeque<>();
  private Instant failedAt = Instant.MIN;
  private volatile @Nullable Known known;

  private record Known(OIDCProviderMetadata metadata, JWKSet keys, Instant at) {}

  Issuer(String name, InstantSource clock) {
    this.name = name;
    this.clock = clock;
  }

  /** The issuer as tokens name it. */
  String name() {
    return name;
  }

  /** Where to sign in and fetch tokens; refuses with UNAVAILABLE if that cannot be learnt. */
  OIDCProviderMetadata metadata() {
    return current().metadata();
  }

  /** The public keys that may have signed under this header; none if the provider has none. */
  List<JWK> keys(JWSHeader header) {
    JWKSelector selector = new JWKSelector(JWKMatcher.forJWSHeader(header));
    Known before = current();
    List<JWK> found = selector.select(before.keys());
    return found.isEmpty() ? selector.select(newerThan(before).keys()) : found;
  }

  private Known current() {
    Known now = known;
    return now != null && isYoungerThan(FRESH, now) ? now : refreshed();
  }

  private synchronized Known refreshed() {
    Known now = known;
    if (now != null && isYoungerThan(FRESH, now)) {
      return now;
    }
    try {
      return fetch();
    } catch (ApiException e) {
      // An outage of the provider does not sign everybody out at once, nor keep old keys for ever.
      if (now != null && isYoungerThan(OUTAGE, now)) {
        return now;
      }
      throw e;
    }
  }

  private synchronized Known newerThan(Known before) {
    Known now = known;
    if (now != null && now != before) {
      return now;
    }
    Instant minuteAgo = clock.instant().minusSeconds(60);
    fetches.removeIf(at -> at.isBefore(minuteAgo));
    return fetches.size() < FETCHES_A_MINUTE ? fetch() : before;
  }

  private Known fetch() {
    Instant now = clock.instant();
    if (now.isBefore(failedAt.plus(PAUSE_AFTER_FAILURE)) && !now.isBefore(failedAt)) {
      throw unavailable();
    }
    fetches.addLast(now);
    try {
      Known fetched = download(now);
      known = fetched;
      return fetched;
    } catch (IOException | ParseException | java.text.ParseException e) {
      failedAt = clock.instant();
      LOG.warn("identity.issuer: discovery failed ({})", e.getClass().getSimpleName());
      throw unavailable();
    }
  }

  private Known download(Instant now) throws IOException, ParseException, java.text.ParseException {
    String base = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
    OIDCProviderMetadata metadata =
        OIDCProviderMetadata.parse(text(URI.create(base + "/.well-known/openid-configuration")));
    if (!metadata.getIssuer().getValue().equals(name) || metadata.getJWKSetURI() == null) {
      throw new IOException("discovery names another issuer or no keys");
    }
    return new Known(metadata, JWKSet.parse(text(metadata.getJWKSetURI())), now);
  }

  private String text(URI uri) throws IOException {
    return http.retrieveResource(uri.toURL()).getContent();
  }

  private boolean isYoungerThan(Duration age, Known what) {
    return clock.instant().isBefore(what.at().plus(age));
  }

  private static ApiException unavailable() {
    return new ApiException(
        Code.UNAVAILABLE, "the identity provider cannot be reached; try again later");
  }
}
