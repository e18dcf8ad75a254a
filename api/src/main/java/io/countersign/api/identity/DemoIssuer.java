package io.countersign.api.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.dropwizard.core.setup.Environment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The demo's own OpenID provider, with a few people and one agent. It signs in whoever asks, so it
 * exists in {@code mode: demo} only.
 */
public final class DemoIssuer {
  /** The agent, which acts for carol. */
  public static final String AGENT = "agent-1";

  static final String AUDIENCE = "countersign";
  static final String CONSOLE = "countersign-console";

  private static final Person OWNER = new Person("carol", "Carol", List.of("dba"));

  /** Who can sign in. */
  public static final List<Person> PEOPLE =
      List.of(
          new Person("alice", "Alice", List.of("dba", "security")),
          new Person("bob", "Bob", List.of("dba")),
          OWNER,
          new Person("dave", "Dave", List.of("auditors")),
          new Person("erin", "Erin", List.of("platform")));

  private static final Duration API_TOKEN = Duration.ofHours(12);
  private static final Duration ID_TOKEN = Duration.ofMinutes(5);

  private final String publicUrl;
  private final ECKey key;
  private final InstantSource clock;

  /** A seeded person. */
  public record Person(String id, String displayName, List<String> groups) {
    public Person {
      groups = List.copyOf(groups);
    }
  }

  /**
   * @param publicUrl where browsers find this site
   * @param keyFile keeps the signing key, so that tokens outlive a restart; null: a key in memory
   */
  public DemoIssuer(String publicUrl, @Nullable Path keyFile, InstantSource clock) {
    this.publicUrl = Identity.withoutSlash(publicUrl);
    this.clock = clock;
    this.key = keyFile == null ? newKey() : keptKey(keyFile);
  }

  /** The configuration that trusts this issuer. */
  public IdentityConfig config() {
    return new IdentityConfig(
        url(),
        AUDIENCE,
        null,
        "sub",
        "groups",
        new IdentityConfig.Agents("client_id", List.of(AGENT)),
        "act",
        new IdentityConfig.Roles(List.of("auditors"), List.of("platform")),
        new IdentityConfig.Console(CONSOLE, null, List.of("openid", "profile")));
  }

  /** Serves the provider under {@code /demo-issuer}. */
  public void register(Environment environment) {
    environment.jersey().register(new DemoIssuerResource(this, clock));
  }

  /** An API access token, valid for twelve hours, for the agent or a person by id. */
  public String token(String id) {
    if (id.equals(AGENT)) {
      return sign(
          "at+jwt",
          claims(OWNER.id(), API_TOKEN)
              .audience(AUDIENCE)
              .claim("client_id", AGENT)
              .claim("act", Map.of("sub", AGENT)));
    }
    Person person =
        person(id).orElseThrow(() -> new IllegalArgumentException("not a seeded person"));
    return sign(
        "at+jwt",
        personClaims(person, API_TOKEN).audience(AUDIENCE).claim("client_id", "demo-tokens"));
  }

  String idToken(Person person, @Nullable String nonce) {
    return sign("JWT", personClaims(person, ID_TOKEN).audience(CONSOLE).claim("nonce", nonce));
  }

  String url() {
    return publicUrl + "/demo-issuer";
  }

  String callback() {
    return publicUrl + "/auth/callback";
  }

  JWKSet publicKeys() {
    return new JWKSet(key).toPublicJWKSet();
  }

  static Optional<Person> person(String id) {
    return PEOPLE.stream().filter(person -> person.id().equals(id)).findFirst();
  }

  private JWTClaimsSet.Builder personClaims(Person person, Duration lifetime) {
    return claims(person.id(), lifetime)
        .claim("name", person.displayName())
        .claim("groups", person.groups())
        .claim("auth_time", clock.instant().getEpochSecond());
  }

  private JWTClaimsSet.Builder claims(String subject, Duration lifetime) {
    Instant now = clock.instant();
    return new JWTClaimsSet.Builder()
        .issuer(url())
        .subject(subject)
        .jwtID(Secret.random())
        .issueTime(Date.from(now))
        .expirationTime(Date.from(now.plus(lifetime)));
  }

  private String sign(String type, JWTClaimsSet.Builder claims) {
    try {
      JWSHeader header =
          new JWSHeader.Builder(JWSAlgorithm.ES256)
              .type(new JOSEObjectType(type))
              .keyID(key.getKeyID())
              .build();
      SignedJWT token = new SignedJWT(header, claims.build());
      token.sign(new ECDSASigner(key));
      return token.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ECKey newKey() {
    try {
      return new ECKeyGenerator(Curve.P_256)
          .keyUse(KeyUse.SIGNATURE)
          .algorithm(JWSAlgorithm.ES256)
          .keyIDFromThumbprint(true)
          .generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ECKey keptKey(Path file) {
    try {
      if (Files.exists(file)) {
        return ECKey.parse(Files.readString(file));
      }
      ECKey key = newKey();
      var ownerOnly =
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
      Set<StandardOpenOption> create =
          EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      try (var channel = Files.newByteChannel(file, create, ownerOnly)) {
        channel.write(StandardCharsets.UTF_8.encode(key.toJSONString()));
      }
      return key;
    } catch (IOException | ParseException e) {
      throw new IllegalStateException(
          file + ": expected the demo issuer's key, or that it can be written here", e);
    }
  }
}
