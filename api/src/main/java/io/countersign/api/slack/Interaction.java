package io.countersign.api.slack;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What somebody did in Slack, as far as it concerns us. */
sealed interface Interaction {
  /**
   * Where it came from.
   *
   * @param userTeam the user's own workspace, where Slack names one
   */
  record Origin(String app, String team, String user, @Nullable String userTeam) {
    /** False for a guest of another workspace in a shared channel. */
    boolean isAtHome() {
      return userTeam == null || userTeam.equals(team);
    }
  }

  Origin origin();

  /** A button was pressed. */
  record Pressed(
      Origin origin, String button, String value, String triggerId, @Nullable String responseUrl)
      implements Interaction {}

  /** The dialog for a denial's reason was sent. */
  record Reasoned(Origin origin, String value, String reason) implements Interaction {}

  /** Something that needs no answer, such as a link that was opened. */
  record Other(Origin origin) implements Interaction {}

  /** Reads the payload; empty where it is not what Slack sends. */
  static Optional<Interaction> read(String payload) {
    JsonNode root;
    try {
      root = new ObjectMapper().readTree(payload);
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
    JsonNode user = root.path("user");
    Origin origin =
        new Origin(
            root.path("api_app_id").asText(),
            root.path("team").path("id").asText(),
            user.path("id").asText(),
            user.path("team_id").isTextual() ? user.path("team_id").textValue() : null);
    if (origin.team().isEmpty() || origin.user().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        switch (root.path("type").asText()) {
          case "block_actions" -> pressed(root, origin);
          case "view_submission" -> submitted(root, origin);
          default -> new Other(origin);
        });
  }

  private static Interaction pressed(JsonNode root, Origin origin) {
    JsonNode action = root.path("actions").path(0);
    String button = action.path("action_id").asText();
    if (!button.equals("approve") && !button.equals("deny")) {
      return new Other(origin);
    }
    return new Pressed(
        origin,
        button,
        action.path("value").asText(),
        root.path("trigger_id").asText(),
        root.path("response_url").isTextual() ? root.path("response_url").textValue() : null);
  }

  private static Interaction submitted(JsonNode root, Origin origin) {
    JsonNode view = root.path("view");
    if (!view.path("callback_id").asText().equals("deny")) {
      return new Other(origin);
    }
    JsonNode values = view.path("state").path("values");
    String reason = values.path("reason").path("reason").path("value").asText();
    return new Reasoned(origin, view.path("private_metadata").asText(), reason);
  }
}
