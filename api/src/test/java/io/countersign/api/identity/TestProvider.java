package io.countersign.api.identity;

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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** A provider on a port whose tokens are made by hand, good and bad. */
final class TestProvider implements AutoCloseable {
  private static final RSAKey FIRST = newKey("one");

  private final HttpServer server;
  private final AtomicInteger keyFetches = new AtomicInteger();
  private volatile JWKSet published;
  private volatile RSAKey key;

  TestProvider() throws IOException {
    key = FIRST;
    published = new JWKSet(key);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    serve("/.well-known/openid-configuration", this::discovery);
    serve(
        "/jwks",
        () -> {
          keyFetches.incrementAndGet();
          return published.toPublicJWKSet().toString(true);
        });
    server.start();
  }

  private void serve(String path, Supplier<String> body) {
    server.createContext(
        path,
        exchange -> {
          byte[] bytes = body.get().getBytes(StandardCharsets.UTF_8);
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

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  int keyFetches() {
    return keyFetches.get();
  }

  RSAKey key() {
    return key;
  }

  void publish(JWKSet keys) {
    published = keys;
  }

  void rotateTo(String keyId) {
    key = newKey(keyId);
    published = new JWKSet(key);
  }

  IdentityConfig config() {
    return new IdentityConfig(
        url(),
        "countersign",
        null,
        "sub",
        "groups",
        new IdentityConfig.Agents("client_id", List.of("agent-1", "agent-2")),
        "act",
        new IdentityConfig.Roles(List.of("auditors"), List.of("platform")),
        null);
  }

  /** Claims that are accepted as they are. */
  JWTClaimsSet.Builder claims(String subject) {
    Instant now = Instant.now();
    return new JWTClaimsSet.Builder()
        .issuer(url())
        .subject(subject)
        .audience("countersign")
        .issueTime(Date.from(now))
        .expirationTime(Date.from(now.plusSeconds(300)));
  }

  String sign(JWTClaimsSet.Builder claims) {
    return sign(claims, "at+jwt", key);
  }

  static String sign(JWTClaimsSet.Builder claims, String type, RSAKey key) {
    try {
      JWSHeader header =
          new JWSHeader.Builder(JWSAlgorithm.RS256)
              .type(new JOSEObjectType(type))
              .keyID(key.getKeyID())
              .build();
      SignedJWT token = new SignedJWT(header, claims.build());
      token.sign(new RSASSASigner(key));
      return token.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  static RSAKey newKey(String keyId) {
    try {
      return new RSAKeyGenerator(2048).keyID(keyId).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
