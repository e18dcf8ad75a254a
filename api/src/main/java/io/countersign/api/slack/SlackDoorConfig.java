package io.countersign.api.slack;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * What the api reads of section {@code slack} in config.yml: never the tokens, it sends no message.
 *
 * @param teamId the one workspace buttons are accepted from, where set
 * @param appId the one app buttons are accepted from, where set
 */
@JsonIgnoreProperties({"botToken", "appToken", "channel", "binding"})
public record SlackDoorConfig(
    @JsonProperty("signingSecret") String signingSecret,
    @JsonProperty("apiUrl") @Nullable String apiUrl,
    @JsonProperty("teamId") @Nullable String teamId,
    @JsonProperty("appId") @Nullable String appId) {
  private static final String DEFAULT_API = "https://slack.com/api/";

  public SlackDoorConfig {
    if (signingSecret == null || signingSecret.isBlank()) {
      throw new IllegalArgumentException("slack.signingSecret: expected the app's signing secret");
    }
  }

  URI api() {
    return URI.create(apiUrl == null || apiUrl.isBlank() ? DEFAULT_API : apiUrl);
  }

  /** Without secrets, for logs. */
  @Override
  public String toString() {
    return "SlackDoorConfig[teamId=" + teamId + ", appId=" + appId + "]";
  }
}
