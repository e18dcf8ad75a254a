package io.countersign.worker;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Somebody whose id, name and words all hold one mark, at home in a demo's own identity provider.
 */
final class PlantedPerson {
  /** In everything of this person; looked for whatever its case. */
  static final String MARK = "pl4nted";

  static final String ID = "pl4nted-kim@pl4nted.example";
  static final String NAME = "Kim Pl4nted";
  static final String SLACK = "UPL4NTED";
  static final String GROUP = "gr0up-of-kim";

  /** What tests call the person and the agent that acts for them. */
  static final String KIM = "kim";

  static final String AGENT_OF_KIM = "agent-of-kim";

  private PlantedPerson() {}

  /**
   * The bearer tokens of both.
   *
   * @param data the demo's folder, with the key of its provider
   */
  static Map<String, String> tokens(Path data, String url) throws Exception {
    ECKey key = ECKey.parse(Files.readString(data.resolve("issuer.json")));
    JWTClaimsSet.Builder person = claims(url).claim("client_id", "tests");
    JWTClaimsSet.Builder agent =
        claims(url).claim("client_id", "agent-1").claim("act", Map.of("sub", "agent-1"));
    return Map.of(KIM, sign(key, person), AGENT_OF_KIM, sign(key, agent));
  }

  private static JWTClaimsSet.Builder claims(String url) {
    Instant now = Instant.now();
    return new JWTClaimsSet.Builder()
        .issuer(url + "/demo-issuer")
        .subject(ID)
        .audience("countersign")
        .jwtID(UUID.randomUUID().toString())
        .issueTime(Date.from(now))
        .expirationTime(Date.from(now.plusSeconds(3600)))
        .claim("name", NAME)
        .claim("email", ID)
        .claim("auth_time", now.getEpochSecond())
        .claim("groups", List.of("dba", "platform", GROUP));
  }

  private static String sign(ECKey key, JWTClaimsSet.Builder claims) throws Exception {
    JWSHeader header =
        new JWSHeader.Builder(JWSAlgorithm.ES256)
            .type(new JOSEObjectType("at+jwt"))
            .keyID(key.getKeyID())
            .build();
    SignedJWT token = new SignedJWT(header, claims.build());
    token.sign(new ECDSASigner(key));
    return token.serialize();
  }
}
