package io.countersign.activity.channel;

import com.google.gson.JsonParseException;
import com.slack.api.methods.MethodsClient;
import com.slack.api.methods.SlackApiException;
import com.slack.api.methods.SlackApiTextResponse;
import com.slack.api.methods.response.chat.ChatPostMessageResponse;
import com.slack.api.methods.response.conversations.ConversationsRepliesResponse;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLHandshakeException;

/** The replies below a message, for what must be there once: a fault says what is known of it. */
final class SlackThread {
  private static final int MOST_REPLIES = 999;

  /** Slack says of these that some of the request may have happened. */
  private static final Set<String> DOUBTFUL = Set.of("internal_error", "fatal_error");

  private final MethodsClient methods;

  SlackThread(MethodsClient methods) {
    this.methods = methods;
  }

  /** A call of Slack's Web API. */
  private interface Call<T extends SlackApiTextResponse> {
    T send() throws IOException, SlackApiException;
  }

  /** A message in the thread. */
  record Reply(String reference, String text) {}

  /** Says it once; answers where it is. */
  String post(String reference, String text) throws SlackFault {
    SlackChannel.Place place = SlackChannel.Place.of(reference);
    ChatPostMessageResponse posted =
        answered(
            () ->
                methods.chatPostMessage(
                    r ->
                        r.channel(place.channel())
                            .threadTs(place.ts())
                            .text(text)
                            .parse("none")
                            .linkNames(false)
                            .unfurlLinks(false)
                            .unfurlMedia(false)));
    return posted.getChannel() + ":" + posted.getTs();
  }

  /** All of them; a thread that is too long to be read whole is a fault. */
  List<Reply> replies(String reference) throws SlackFault {
    SlackChannel.Place place = SlackChannel.Place.of(reference);
    ConversationsRepliesResponse thread =
        answered(
            () ->
                methods.conversationsReplies(
                    r -> r.channel(place.channel()).ts(place.ts()).limit(MOST_REPLIES)));
    if (thread.isHasMore()) {
      throw new SlackFault(SlackFault.Kind.REFUSED, "thread_too_long", null);
    }
    return thread.getMessages().stream()
        .map(
            message ->
                new Reply(
                    place.channel() + ":" + message.getTs(), String.valueOf(message.getText())))
        .toList();
  }

  /** Nothing of Slack's exceptions goes on: they hold what was sent. */
  private static <T extends SlackApiTextResponse> T answered(Call<T> call) throws SlackFault {
    try {
      T response = call.send();
      if (!response.isOk()) {
        String word = SlackChannel.word(response.getError());
        throw new SlackFault(kind(word), word, null);
      }
      return response;
    } catch (SlackApiException e) {
      int status = e.getResponse().code();
      throw new SlackFault(
          kind(status),
          "status " + status,
          SlackChannel.retryAfter(e.getResponse().header("Retry-After")));
    } catch (ConnectException
        | NoRouteToHostException
        | UnknownHostException
        | SSLHandshakeException e) {
      throw new SlackFault(SlackFault.Kind.UNAVAILABLE, "cannot be reached", null);
    } catch (IOException | JsonParseException e) {
      throw new SlackFault(SlackFault.Kind.UNKNOWN, "no answer", null);
    }
  }

  private static SlackFault.Kind kind(String error) {
    if (DOUBTFUL.contains(error)) {
      return SlackFault.Kind.UNKNOWN;
    }
    return SlackChannel.TRANSIENT.contains(error)
        ? SlackFault.Kind.UNAVAILABLE
        : SlackFault.Kind.REFUSED;
  }

  private static SlackFault.Kind kind(int status) {
    if (status == 429) {
      return SlackFault.Kind.UNAVAILABLE;
    }
    return status >= 500 ? SlackFault.Kind.UNKNOWN : SlackFault.Kind.REFUSED;
  }
}
