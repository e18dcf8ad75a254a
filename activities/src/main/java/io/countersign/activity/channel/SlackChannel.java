package io.countersign.activity.channel;

import com.google.gson.JsonParseException;
import com.slack.api.Slack;
import com.slack.api.methods.MethodsClient;
import com.slack.api.methods.SlackApiException;
import com.slack.api.methods.SlackApiTextResponse;
import com.slack.api.methods.response.chat.ChatPostMessageResponse;
import com.slack.api.methods.response.chat.ChatUpdateResponse;
import com.slack.api.methods.response.views.ViewsOpenResponse;
import com.slack.api.util.http.SlackHttpClient;
import io.countersign.action.ActionId;
import io.countersign.action.Digest;
import io.countersign.workflow.ButtonSeal;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import okhttp3.ConnectionPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reviews in a Slack channel: one message an action, changed in place, notices in its thread. */
public final class SlackChannel implements ReviewChannel, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SlackChannel.class);
  private static final int CALL_MILLIS = 4_000;
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);
  private static final Duration UNTIL_SOMEBODY_REPAIRED_IT = Duration.ofMinutes(1);

  private static final Set<String> GONE =
      Set.of("message_not_found", "cant_update_message", "edit_window_closed");
  static final Set<String> TRANSIENT =
      Set.of(
          "ratelimited",
          "rate_limited",
          "internal_error",
          "fatal_error",
          "service_unavailable",
          "request_timeout",
          "team_added_to_org");
  private static final Set<String> OUR_MISTAKE =
      Set.of(
          "invalid_blocks",
          "invalid_blocks_format",
          "msg_too_long",
          "no_text",
          "invalid_arguments");

  private final Slack slack;
  private final MethodsClient methods;
  private final String channel;
  private final ButtonSeal seal;

  /** A call of Slack's Web API. */
  private interface Call<T extends SlackApiTextResponse> {
    T send() throws IOException, SlackApiException;
  }

  public SlackChannel(SlackConfig config) {
    com.slack.api.SlackConfig client = new com.slack.api.SlackConfig();
    client.setMethodsEndpointUrlPrefix(config.api());
    client.setHttpClientCallTimeoutMillis(CALL_MILLIS);
    client.setHttpClientReadTimeoutMillis(CALL_MILLIS);
    client.setHttpClientWriteTimeoutMillis(CALL_MILLIS);
    client.setStatsEnabled(false);
    // The default listeners write whole messages to the log.
    client.setHttpClientResponseHandlers(List.of());
    this.slack = Slack.getInstance(client, sendingOnce(client));
    this.methods = slack.methods(config.botToken());
    this.channel = config.channel();
    this.seal = new ButtonSeal(config.signingSecret());
  }

  /** By default what a kept connection lost is sent again, and a message said twice. */
  private static SlackHttpClient sendingOnce(com.slack.api.SlackConfig config) {
    SlackHttpClient client =
        new SlackHttpClient(
            SlackHttpClient.buildOkHttpClient(config)
                .newBuilder()
                .retryOnConnectionFailure(false)
                .connectionPool(new ConnectionPool(0, 1, TimeUnit.SECONDS))
                .build());
    client.setConfig(config);
    return client;
  }

  @Override
  public String name() {
    return "slack";
  }

  @Override
  public Digest digest(ReviewView view) {
    return SlackCard.of(view, seal).digest();
  }

  @Override
  public String post(ReviewView view) {
    SlackCard card = SlackCard.of(view, seal);
    ChatPostMessageResponse posted = post(view.action().id(), null, channel, card);
    return posted.getChannel() + ":" + posted.getTs();
  }

  @Override
  public boolean update(String reference, ReviewView view) {
    SlackCard card = SlackCard.of(view, seal);
    Place place = Place.of(reference);
    ActionId id = view.action().id();
    ChatUpdateResponse updated =
        send(
            id,
            () ->
                methods.chatUpdate(
                    r ->
                        r.channel(place.channel())
                            .ts(place.ts())
                            .text(card.text())
                            .blocksAsString(card.blocks())
                            .parse("none")
                            .linkNames(false)));
    if (!updated.isOk() && GONE.contains(updated.getError())) {
      return false;
    }
    check(id, updated);
    return true;
  }

  @Override
  public void remind(String reference, ReviewView view, Notice notice) {
    Place place = Place.of(reference);
    SlackCard reply = new SlackCard(words(view, notice), "");
    post(view.action().id(), place.ts(), place.channel(), reply);
  }

  /** Where something is said about the log. */
  SlackThread thread() {
    return new SlackThread(methods);
  }

  @Override
  public void askReason(ReviewView view, String triggerId) {
    ActionId id = view.action().id();
    ViewsOpenResponse opened =
        send(
            id,
            () -> methods.viewsOpen(r -> r.triggerId(triggerId).view(SlackDialog.of(view, seal))));
    if (!opened.isOk()) {
      LOG.info("a denial dialog for {} could not be opened: {}", id, word(opened.getError()));
    }
  }

  @Override
  public void close() throws Exception {
    slack.close();
  }

  private ChatPostMessageResponse post(
      ActionId id, @Nullable String thread, String place, SlackCard card) {
    ChatPostMessageResponse posted =
        send(
            id,
            () ->
                methods.chatPostMessage(
                    r -> {
                      r.channel(place).text(card.text()).parse("none").linkNames(false);
                      r.unfurlLinks(false).unfurlMedia(false);
                      if (!card.blocks().isEmpty()) {
                        r.blocksAsString(card.blocks());
                      }
                      return thread == null ? r : r.threadTs(thread);
                    }));
    check(id, posted);
    return posted;
  }

  private static String words(ReviewView view, Notice notice) {
    return switch (notice) {
      case Notice.Reminder(int number) ->
          "Reminder %d: still waiting%s\n%s"
              .formatted(number, SlackStatus.deadline(view), SlackStatus.seats(view));
      case Notice.Escalation(int step, List<String> groups) ->
          "Escalation %d: %s asked too\n%s"
              .formatted(step, groups(groups), SlackStatus.seats(view));
    };
  }

  private static String groups(List<String> groups) {
    String named =
        groups.stream()
            .limit(10)
            .map(group -> SlackText.code(group, 40))
            .collect(Collectors.joining(", "));
    return named.isEmpty() ? "more people are" : named + (groups.size() == 1 ? " is" : " are");
  }

  /** Nothing of Slack's exceptions goes on: they hold what was sent. */
  private static <T extends SlackApiTextResponse> T send(ActionId id, Call<T> call) {
    try {
      return call.send();
    } catch (SlackApiException e) {
      int status = e.getResponse().code();
      throw status == 429 || status >= 500
          ? failure("SLACK_UNAVAILABLE", id, retryAfter(e.getResponse().header("Retry-After")))
          : failure("SLACK_REFUSED", id, UNTIL_SOMEBODY_REPAIRED_IT);
    } catch (IOException | JsonParseException e) {
      throw failure("SLACK_UNAVAILABLE", id, null);
    }
  }

  private static void check(ActionId id, SlackApiTextResponse response) {
    if (response.isOk()) {
      return;
    }
    String error = word(response.getError());
    LOG.warn("slack refused a message about {}: {}", id, error);
    if (TRANSIENT.contains(error)) {
      throw failure("SLACK_UNAVAILABLE", id, null);
    }
    if (OUR_MISTAKE.contains(error)) {
      throw ApplicationFailure.newNonRetryableFailure("SLACK_REFUSED " + id, "SLACK_REFUSED");
    }
    throw failure("SLACK_REFUSED", id, UNTIL_SOMEBODY_REPAIRED_IT);
  }

  private static ApplicationFailure failure(String code, ActionId id, @Nullable Duration wait) {
    ApplicationFailure.Builder failure =
        ApplicationFailure.newBuilder().setMessage(code + " " + id).setType(code);
    if (wait != null) {
      failure.setNextRetryDelay(wait);
    }
    return failure.build();
  }

  static @Nullable Duration retryAfter(@Nullable String header) {
    if (header == null || !header.matches("[0-9]{1,6}")) {
      return null;
    }
    Duration asked = Duration.ofSeconds(Math.max(1, Long.parseLong(header)));
    return asked.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : asked;
  }

  static String word(@Nullable String error) {
    return error != null && error.matches("[a-z_]{1,60}") ? error : "unknown";
  }

  /** Where a message is. */
  record Place(String channel, String ts) {
    static Place of(String reference) {
      int colon = reference.indexOf(':');
      return new Place(reference.substring(0, colon), reference.substring(colon + 1));
    }
  }
}
