package io.countersign.worker.engine;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import io.countersign.action.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;

/** An OpenID provider on a port: discovery, keys, and access tokens for whom the test names. */
public final class OpenIdProvider implements AutoCloseable {
  private static final String AUDIENCE = "countersign";
  private static final int LIFETIME_SECONDS = 3600;

  private final HttpServer server;
  private final RSAKey key;

  private OpenIdProvider(HttpServer server, RSAKey key) {
    this.server = server;
    this.key = key;
  }

  /** Starts one on a free port of this machine. */
  public static OpenIdProvider start() throws IOException, JOSEException {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    RSAKey key = new RSAKeyGenerator(2048).keyID("one").generate();
    var provider = new OpenIdProvider(HttpServer.create(address, 0), key);
    provider.serve("/.well-known/openid-configuration", provider.discovery());
    provider.serve("/jwks", new JWKSet(key).toPublicJWKSet().toString(true));
    provider.server.start();
    return provider;
  }

  private void serve(String path, String body) {
    server.createContext(
        path,
        exchange -> {
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
  }

  private String discovery() {
    return Json.write(
        Map.of(
            "issuer", url(),
            "authorization_endpoint", url() + "/authorize",
            "token_endpoint", url() + "/token",
            "jwks_uri", url() + "/jwks",
            "response_types_supported", List.of("code"),
            "subject_types_supported", List.of("public"),
            "id_token_signing_alg_values_supported", List.of("RS256")));
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** An access token of a person, with the name that people read. */
  public String person(String subject, String name, String... groups) {
    return sign(
        claims(subject)
            .claim("client_id", "a-person's-program")
            .claim("name", name)
            .claim("groups", List.of(groups)));
  }

  /** An access token of an agent that acts for a person, as RFC 8693 says it. */
  public String agentFor(String agent, String subject) {
    return sign(claims(subject).claim("client_id", agent).claim("act", Map.of("sub", agent)));
  }

  private JWTClaimsSet.Builder claims(String subject) {
    Instant now = Instant.now();
    return new JWTClaimsSet.Builder()
        .issuer(url())
        .subject(subject)
        .audience(AUDIENCE)
        .issueTime(Date.from(now))
        .expirationTime(Date.from(now.plusSeconds(LIFETIME_SECONDS)));
  }

  private String sign(JWTClaimsSet.Builder claims) {
    try {
      var header =
          new JWSHeader.Builder(JWSAlgorithm.RS256)
              .type(new JOSEObjectType("at+jwt"))
              .keyID(key.getKeyID())
              .build();
      var token = new SignedJWT(header, claims.build());
      token.sign(new RSASSASigner(key));
      return token.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
