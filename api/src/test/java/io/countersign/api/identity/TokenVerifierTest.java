package io.countersign.api.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.countersign.action.Code;
import io.countersign.api.ApiException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TokenVerifierTest {
  private static final RSAKey STRANGER = TestProvider.newKey("stranger");

  private final TestClock clock = new TestClock();
  private TestProvider provider;
  private TokenVerifier verifier;

  @BeforeEach
  void start() throws Exception {
    provider = new TestProvider();
    verifier = TokenVerifier.of(provider.config(), clock);
  }

  @AfterEach
  void stop() {
    provider.close();
  }

  private void assertRefused(String token, String why) {
    assertThatThrownBy(() -> verifier.verify(token))
        .isInstanceOfSatisfying(
            ApiException.class,
            refusal -> {
              assertThat(refusal.code()).isEqualTo(Code.UNAUTHENTICATED);
              assertThat(refusal.detail()).contains(why);
            });
  }

  @Test
  void personIsReadFromTheToken() {
    Instant signedIn = Instant.now().minusSeconds(100).truncatedTo(ChronoUnit.SECONDS);
    Caller caller =
        verifier.verify(
            provider.sign(
                provider
                    .claims("p-1")
                    .claim("name", "Ann\u202e\nExample")
                    .claim("auth_time", signedIn.getEpochSecond())
                    .claim("groups", List.of("dba", "auditors"))));
    assertThat(caller.isPerson()).isTrue();
    assertThat(caller.id()).isEqualTo("p-1");
    assertThat(caller.displayName()).isEqualTo("AnnExample");
    assertThat(caller.idpGroups()).containsExactly("auditors", "dba");
    assertThat(caller.roles()).containsExactly(Caller.Role.AUDITOR);
    assertThat(caller.signedInAt()).isEqualTo(signedIn);
    assertThat(caller.channel()).isEqualTo("api");
  }

  @Test
  void issueTimeStandsInForAnUnknownSignIn() {
    JWTClaimsSet.Builder claims = provider.claims("p-1");
    assertThat(verifier.verify(provider.sign(claims)).signedInAt())
        .isEqualTo(Instant.ofEpochSecond(claims.build().getIssueTime().getTime() / 1000));
  }

  @Test
  void keysOfTheThreeAlgorithmsVerify() throws Exception {
    var elliptic = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
    KeyPair edwards = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    byte[] encoded = edwards.getPublic().getEncoded();
    byte[] point = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
    var pair = new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(point)).keyID("ed").build();
    provider.publish(new JWKSet(List.of(provider.key(), elliptic, pair)));

    var es256 =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("ec").build(),
            provider.claims("p-ec").build());
    es256.sign(new ECDSASigner(elliptic));
    var unsigned =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.EdDSA).keyID("ed").build(),
            provider.claims("p-ed").build());
    Signature signature = Signature.getInstance("Ed25519");
    signature.initSign(edwards.getPrivate());
    signature.update(unsigned.getSigningInput());
    String input = new String(unsigned.getSigningInput(), StandardCharsets.UTF_8);
    String signed = Base64URL.encode(signature.sign()).toString();

    assertThat(verifier.verify(provider.sign(provider.claims("p-rs"))).id()).isEqualTo("p-rs");
    assertThat(verifier.verify(es256.serialize()).id()).isEqualTo("p-ec");
    assertThat(verifier.verify(input + "." + signed).id()).isEqualTo("p-ed");
    String altered = (signed.charAt(0) == 'A' ? "B" : "A") + signed.substring(1);
    assertRefused(input + "." + altered, "signature");
  }

  @Test
  void tokenForAnotherAudienceIsRefused() {
    assertRefused(provider.sign(provider.claims("p").audience("elsewhere")), "audience");
    assertRefused(provider.sign(provider.claims("p").audience((String) null)), "audience");
  }

  @Test
  void tokenOfAnotherIssuerIsRefusedWithoutAskingForKeys() {
    String token = provider.sign(provider.claims("p").issuer("https://evil.example"));
    assertRefused(token, "issuer");
    assertThat(provider.keyFetches()).isZero();
  }

  @Test
  void expiryIsHeldWithAMinuteOfSkew() {
    Date past = Date.from(Instant.now().minusSeconds(50));
    assertThat(verifier.verify(provider.sign(provider.claims("p").expirationTime(past))).id())
        .isEqualTo("p");
    Date tooLong = Date.from(Instant.now().minusSeconds(62));
    assertRefused(provider.sign(provider.claims("p").expirationTime(tooLong)), "expired");
    assertRefused(provider.sign(provider.claims("p").expirationTime(null)), "expired");
  }

  @Test
  void tokenOfTheFutureIsRefused() {
    Date later = Date.from(Instant.now().plusSeconds(120));
    assertRefused(provider.sign(provider.claims("p").notBeforeTime(later)), "not valid yet");
    assertRefused(provider.sign(provider.claims("p").issueTime(later)), "not valid yet");
  }

  @Test
  void unsignedTokenIsRefused() {
    assertRefused(new PlainJWT(provider.claims("p").build()).serialize(), "signed token");
    String signed = provider.sign(provider.claims("p"));
    assertRefused(signed.substring(0, signed.lastIndexOf('.') + 1), "");
  }

  @Test
  void publicKeyAsSharedSecretIsRefused() throws Exception {
    for (byte[] secret :
        List.of(
            provider.key().toRSAPublicKey().getEncoded(),
            provider.key().toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8))) {
      var token =
          new SignedJWT(
              new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("one").build(),
              provider.claims("p").build());
      token.sign(new MACSigner(secret));
      assertRefused(token.serialize(), "RS256");
    }
  }

  @Test
  void signatureOfAnotherKeyIsRefused() {
    String token = TestProvider.sign(provider.claims("p"), "at+jwt", TestProvider.newKey("one"));
    assertRefused(token, "signature");
  }

  @Test
  void tokenOfAnotherTypeIsRefused() {
    for (String type : List.of("logout+jwt", "dpop+jwt", "secevent+jwt")) {
      assertRefused(TestProvider.sign(provider.claims("p"), type, provider.key()), "type");
    }
  }

  @Test
  void unknownExtensionIsRefused() throws Exception {
    var token =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.RS256)
                .type(new JOSEObjectType("at+jwt"))
                .keyID("one")
                .criticalParams(Set.of("exp"))
                .customParam("exp", 1)
                .build(),
            provider.claims("p").build());
    token.sign(new RSASSASigner(provider.key()));
    assertRefused(token.serialize(), "extension");
  }

  @Test
  void longTokenIsRefusedUnread() {
    assertRefused(provider.sign(provider.claims("p").claim("pad", "x".repeat(9_000))), "8192");
  }

  @Test
  void rubbishIsRefused() {
    for (String token : List.of("", ".", "..", "a.b.c", "e30.e30.", "\u0000", "csk_abc")) {
      assertRefused(token, "");
    }
  }

  @Test
  void unknownKeyFetchesTheKeysAgainButNotForEver() {
    verifier.verify(provider.sign(provider.claims("p")));
    provider.rotateTo("two");
    assertThat(verifier.verify(provider.sign(provider.claims("q"))).id()).isEqualTo("q");
    assertThat(provider.keyFetches()).isEqualTo(2);
    for (int i = 0; i < 20; i++) {
      String token = TestProvider.sign(provider.claims("p"), "JWT", STRANGER);
      assertRefused(token, "signature");
    }
    assertThat(provider.keyFetches()).isLessThanOrEqualTo(6);
    clock.advance(Duration.ofSeconds(61));
    assertRefused(TestProvider.sign(provider.claims("p"), "JWT", STRANGER), "signature");
    assertThat(provider.keyFetches()).isLessThanOrEqualTo(7);
  }

  @Test
  void withdrawnKeyNoLongerVerifiesAfterAnHour() {
    String old =
        provider.sign(
            provider.claims("p").expirationTime(Date.from(Instant.now().plusSeconds(9_000))));
    verifier.verify(old);
    provider.rotateTo("two");
    clock.advance(Duration.ofMinutes(61));
    assertRefused(old, "signature");
  }

  @Test
  void unreachableIssuerIsUnavailableUnlessTheKeyIsKnown() {
    String token =
        provider.sign(
            provider.claims("p").expirationTime(Date.from(Instant.now().plusSeconds(200_000))));
    verifier.verify(token);
    provider.close();
    TokenVerifier fresh = TokenVerifier.of(provider.config(), clock);
    assertUnavailable(fresh, token);
    assertUnavailable(fresh, token);
    assertThat(verifier.verify(token).id()).isEqualTo("p");
    clock.advance(Duration.ofHours(2));
    assertThat(verifier.verify(token).id()).isEqualTo("p");
    clock.advance(Duration.ofHours(24));
    assertUnavailable(verifier, token);
  }

  private static void assertUnavailable(TokenVerifier verifier, String token) {
    assertThatThrownBy(() -> verifier.verify(token))
        .isInstanceOfSatisfying(
            ApiException.class, refusal -> assertThat(refusal.code()).isEqualTo(Code.UNAVAILABLE));
  }

  @Test
  void scopeIsDemandedWhereConfigured() {
    IdentityConfig plain = provider.config();
    verifier =
        TokenVerifier.of(
            new IdentityConfig(
                plain.issuer(),
                plain.audience(),
                "act:review",
                plain.personClaim(),
                plain.groupsClaim(),
                plain.agents(),
                plain.onBehalfOfClaim(),
                plain.roles(),
                null),
            clock);
    assertRefused(provider.sign(provider.claims("p")), "scope");
    assertRefused(provider.sign(provider.claims("p").claim("scope", "act:reviews x")), "scope");
    assertThat(
            verifier
                .verify(provider.sign(provider.claims("p").claim("scope", "x act:review")))
                .id())
        .isEqualTo("p");
    assertThat(
            verifier
                .verify(provider.sign(provider.claims("p").claim("scp", List.of("act:review"))))
                .id())
        .isEqualTo("p");
  }
}
