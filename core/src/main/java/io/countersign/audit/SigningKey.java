package io.countersign.audit;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/** The Ed25519 key that signs the log's checkpoints. Its text never holds the key. */
public final class SigningKey {
  private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String END = "-----END PRIVATE KEY-----";

  private final PrivateKey privateKey;
  private final VerifierKey verifierKey;

  private SigningKey(PrivateKey privateKey, VerifierKey verifierKey) {
    this.privateKey = privateKey;
    this.verifierKey = verifierKey;
  }

  /** A new key for a log. */
  public static SigningKey generate(String origin) throws EvidenceException {
    return fromSeed(origin, new SecureRandom());
  }

  /** Reads an Ed25519 key in PEM PKCS#8, as {@code openssl genpkey -algorithm ed25519} writes. */
  public static SigningKey ofPem(String origin, String pem) throws EvidenceException {
    String text = pem.strip();
    if (!text.startsWith(BEGIN) || !text.endsWith(END) || text.length() > 4096) {
      throw new EvidenceException("the signing key must be PEM PKCS#8 (`" + BEGIN + "`)");
    }
    String base64 = text.substring(BEGIN.length(), text.length() - END.length());
    try {
      byte[] encoded = Base64.getMimeDecoder().decode(base64);
      PrivateKey key =
          KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(encoded));
      byte[] seed = ((EdECPrivateKey) key).getBytes().orElseThrow();
      return fromSeed(origin, new Seed(seed));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      // The cause is dropped: a parser's message may quote the key.
      throw new EvidenceException("the signing key must be an Ed25519 key in PEM PKCS#8");
    }
  }

  /** The log's name, which is also the key's. */
  public String origin() {
    return verifierKey.name();
  }

  public VerifierKey verifierKey() {
    return verifierKey;
  }

  /** The key itself, to be written to a file that only its owner can read. */
  public String pem() {
    Base64.Encoder lines = Base64.getMimeEncoder(64, new byte[] {'\n'});
    return BEGIN + "\n" + lines.encodeToString(privateKey.getEncoded()) + "\n" + END + "\n";
  }

  byte[] sign(byte[] text) {
    try {
      Signature ed25519 = Signature.getInstance("Ed25519");
      ed25519.initSign(privateKey);
      ed25519.update(text);
      return ed25519.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public String toString() {
    return "SigningKey[" + verifierKey + "]";
  }

  private static SigningKey fromSeed(String origin, SecureRandom random) throws EvidenceException {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
      generator.initialize(NamedParameterSpec.ED25519, random);
      KeyPair pair = generator.generateKeyPair();
      return new SigningKey(pair.getPrivate(), VerifierKey.of(origin, pair.getPublic()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Hands a given seed to the key generator. The JDK computes no public key from a private one,
   * except while generating.
   */
  private static final class Seed extends SecureRandom {
    private static final long serialVersionUID = 1L;
    private final byte[] seed;

    Seed(byte[] seed) {
      this.seed = seed;
    }

    @Override
    public void nextBytes(byte[] bytes) {
      System.arraycopy(seed, 0, bytes, 0, bytes.length);
    }
  }
}
