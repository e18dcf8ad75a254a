package io.countersign.api.slack;

import com.slack.api.app_backend.SlackSignature;
import io.countersign.action.Digest;
import io.countersign.store.action.ChannelRequestDao;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Whether a request is Slack's, new and unheard: v0 signature over the exact bytes, five minutes
 * either way, and each signature once. The SDK computes the signature; its own verifier compares
 * texts in variable time and accepts any time in the future.
 */
final class SlackRequestCheck {
  private static final Duration WINDOW = Duration.ofMinutes(5);
  private static final Duration KEPT = Duration.ofDays(1);
  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,12}");

  private final SlackSignature.Generator signatures;
  private final Jdbi jdbi;
  private final InstantSource clock;

  SlackRequestCheck(String signingSecret, Jdbi jdbi, InstantSource clock) {
    this.signatures = new SlackSignature.Generator(signingSecret);
    this.jdbi = jdbi;
    this.clock = clock;
  }

  boolean isGenuine(@Nullable String timestamp, @Nullable String signature, String body) {
    if (timestamp == null || signature == null || !SECONDS.matcher(timestamp).matches()) {
      return false;
    }
    Instant sent = Instant.ofEpochSecond(Long.parseLong(timestamp));
    if (Duration.between(sent, clock.instant()).abs().compareTo(WINDOW) >= 0) {
      return false;
    }
    byte[] expected = signatures.generate(timestamp, body).getBytes(StandardCharsets.UTF_8);
    return MessageDigest.isEqual(expected, signature.getBytes(StandardCharsets.UTF_8));
  }

  /** True the first time only; what it remembers outlives the window. */
  boolean isNew(String signature) {
    Instant now = clock.instant();
    String id = "slack/" + Digest.sha256(signature).value();
    return jdbi.inTransaction(
        handle -> {
          ChannelRequestDao requests = handle.attach(ChannelRequestDao.class);
          requests.purge(now.minus(KEPT));
          return requests.claim(id, now) == 1;
        });
  }
}
