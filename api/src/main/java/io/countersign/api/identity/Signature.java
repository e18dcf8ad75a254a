package io.countersign.api.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.SignedJWT;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.Set;

/** Checks a token's signature by one public key. Symmetric algorithms do not exist here. */
final class Signature {
  static final Set<JWSAlgorithm> ALGORITHMS =
      Set.of(JWSAlgorithm.RS256, JWSAlgorithm.ES256, JWSAlgorithm.EdDSA);

  private static final int SMALLEST_RSA_BITS = 2048;

  /** What stands before the 32 bytes of a key in the encoding of RFC 8410. */
  private static final byte[] ED25519_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

  private Signature() {}

  /** The algorithm is tied to the key's type, so a key never verifies under a foreign one. */
  static boolean isValid(SignedJWT token, JWK key) {
    try {
      JWSAlgorithm algorithm = token.getHeader().getAlgorithm();
      if (algorithm.equals(JWSAlgorithm.RS256) && key instanceof RSAKey rsa) {
        return rsa.size() >= SMALLEST_RSA_BITS && verifies(token, new RSASSAVerifier(rsa));
      }
      if (algorithm.equals(JWSAlgorithm.ES256) && key instanceof ECKey ec) {
        return ec.getCurve().equals(Curve.P_256) && verifies(token, new ECDSAVerifier(ec));
      }
      return algorithm.equals(JWSAlgorithm.EdDSA)
          && key instanceof OctetKeyPair pair
          && pair.getCurve().equals(Curve.Ed25519)
          && verifiesEd25519(token, pair);
    } catch (JOSEException | GeneralSecurityException e) {
      return false;
    }
  }

  private static boolean verifies(SignedJWT token, JWSVerifier verifier) throws JOSEException {
    return token.verify(verifier);
  }

  private static boolean verifiesEd25519(SignedJWT token, OctetKeyPair pair)
      throws GeneralSecurityException {
    byte[] point = pair.getDecodedX();
    byte[] encoded = new byte[ED25519_PREFIX.length + point.length];
    System.arraycopy(ED25519_PREFIX, 0, encoded, 0, ED25519_PREFIX.length);
    System.arraycopy(point, 0, encoded, ED25519_PREFIX.length, point.length);
    java.security.Signature check = java.security.Signature.getInstance("Ed25519");
    check.initVerify(
        KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded)));
    check.update(token.getSigningInput());
    return check.verify(token.getSignature().decode());
  }
}
