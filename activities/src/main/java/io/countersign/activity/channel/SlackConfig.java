package io.countersign.activity.channel;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Section {@code slack} of config.yml.
 *
 * @param appToken for Socket Mode; not used by signed HTTP
 * @param channel id of the channel where reviews are posted
 * @param binding how a Slack account becomes a person: {@code linked}
 * @param teamId the one workspace buttons are accepted from, where set
 * @param appId the one app buttons are accepted from, where set
 */
public record SlackConfig(
    @JsonProperty("botToken") String botToken,
    @JsonProperty("signingSecret") String signingSecret,
    @JsonProperty("appToken") @Nullable String appToken,
    @JsonProperty("channel") String channel,
    @JsonProperty("apiUrl") @Nullable String apiUrl,
    @JsonProperty("binding") @Nullable String binding,
    @JsonProperty("teamId") @Nullable String teamId,
    @JsonProperty("appId") @Nullable String appId) {
  private static final String DEFAULT_API = "https://slack.com/api/";

  public SlackConfig {
    require(botToken, "botToken", "a bot token");
    require(signingSecret, "signingSecret", "the app's signing secret");
    require(channel, "channel", "a channel id");
    apiUrl = slashed(apiUrl == null || apiUrl.isBlank() ? DEFAULT_API : apiUrl);
    binding = binding == null ? "linked" : binding.toLowerCase(Locale.ROOT);
    switch (binding) {
      case "linked" -> {}
      case "email" ->
          throw new IllegalArgumentException("slack.binding: `email` is not supported yet");
      default -> throw new IllegalArgumentException("slack.binding: expected `linked`");
    }
  }

  /** Slack's Web API, ending in a slash. */
  public String api() {
    return apiUrl == null ? DEFAULT_API : apiUrl;
  }

  private static void require(@Nullable String value, String key, String expected) {
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException("slack." + key + ": expected " + expected);
    }
  }

  private static String slashed(String url) {
    try {
      String scheme = URI.create(url).getScheme();
      if ("https".equals(scheme) || "http".equals(scheme)) {
        return url.endsWith("/") ? url : url + "/";
      }
    } catch (IllegalArgumentException malformed) {
      // Answered below: the value may hold a secret and is not repeated.
    }
    throw new IllegalArgumentException("slack.apiUrl: expected an http(s) URL");
  }

  /** Without secrets, for logs. */
  @Override
  public String toString() {
    return "SlackConfig[channel=" + channel + ", apiUrl=" + apiUrl + "]";
  }
}
