package io.countersign.workflow;

import io.countersign.audit.CanonicalJson;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Seals votes with HMAC-SHA-256 over their canonical JSON; the api seals, the worker checks. */
public final class VoteSeal {
  private static final String DOMAIN = "countersign/vote/v1\n";
  private static final int MIN_KEY_BYTES = 32;

  private final SecretKeySpec key;

  /**
   * @param secret at least 32 bytes, shared by api and worker
   */
  public VoteSeal(byte[] secret) {
    if (secret.length < MIN_KEY_BYTES) {
      throw new IllegalArgumentException("votes.key: expected at least 32 bytes");
    }
    this.key = new SecretKeySpec(secret, "HmacSHA256");
  }

  /** The same vote with its seal. */
  public SealedVote seal(SealedVote vote) {
    return new SealedVote(
        vote.voteId(),
        vote.actionId(),
        vote.digest(),
        vote.personId(),
        vote.decision(),
        vote.channel(),
        vote.receivedAt(),
        mac(vote));
  }

  public boolean isGenuine(SealedVote vote) {
    return MessageDigest.isEqual(
        mac(vote).getBytes(StandardCharsets.UTF_8), vote.mac().getBytes(StandardCharsets.UTF_8));
  }

  private String mac(SealedVote vote) {
    Map<String, Object> content =
        Map.of(
            "vote", vote.voteId(),
            "action", vote.actionId().value(),
            "digest", vote.digest().value(),
            "person", vote.personId(),
            "decision", vote.decision().name().toLowerCase(Locale.ROOT),
            "channel", vote.channel(),
            "at", vote.receivedAt().truncatedTo(ChronoUnit.MILLIS).toString());
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      byte[] text = (DOMAIN + CanonicalJson.write(content)).getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(mac.doFinal(text));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
