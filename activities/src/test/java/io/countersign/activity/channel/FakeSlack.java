package io.countersign.activity.channel;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Slack's Web API as far as we call it: records every call, answers as told or with success. */
public final class FakeSlack implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private HttpServer server;
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final Deque<Answer> answers = new ArrayDeque<>();
  private final List<Message> replies = new ArrayList<>();
  private int messages;

  /** One request. */
  public record Call(
      String method, Map<String, String> form, @Nullable String authorization, String body) {
    public String get(String name) {
      return Objects.requireNonNull(form.get(name), name);
    }

    public JsonNode blocks() {
      return json(get("blocks"));
    }

    /** The ids of the buttons, for example {@code [approve, deny, open]}. */
    public List<String> buttons() {
      return blocks().findValuesAsText("action_id");
    }
  }

  /**
   * @param afterwards true where the request takes effect before this is answered in its place
   */
  private record Answer(int status, @Nullable String retryAfter, String body, boolean afterwards) {}

  /** Below another one. */
  private record Message(String thread, String ts, String text) {}

  public FakeSlack() {
    server = listening(0);
  }

  private HttpServer listening(int port) {
    try {
      InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      HttpServer started = HttpServer.create(address, 0);
      started.createContext("/api/", this::handle);
      started.start();
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Nobody listens any more, until {@link #up}. */
  synchronized void down() {
    server.stop(0);
  }

  synchronized void up() {
    server = listening(server.getAddress().getPort());
  }

  public SlackConfig config() {
    String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/api";
    return new SlackConfig("xoxb-fake", "signing-secret", null, "C1", url, null, null, null);
  }

  public List<Call> calls() {
    return calls;
  }

  public List<Call> calls(String method) {
    return calls.stream().filter(call -> call.method().equals(method)).toList();
  }

  synchronized void answerOnce(int status, @Nullable String retryAfter, String body) {
    answers.add(new Answer(status, retryAfter, body, false));
  }

  /** The next request takes effect, and is answered with that status all the same. */
  synchronized void doAndAnswerOnce(int status) {
    answers.add(new Answer(status, null, "", true));
  }

  /** The texts below a message, the oldest first. */
  synchronized List<String> thread(String ts) {
    return replies.stream().filter(reply -> reply.thread().equals(ts)).map(Message::text).toList();
  }

  /** What anybody can do. */
  synchronized void reply(String thread, String text) {
    replies.add(new Message(thread, "1700000001.%06d".formatted(++messages), text));
  }

  public static JsonNode json(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private synchronized void handle(HttpExchange exchange) throws IOException {
    String method = exchange.getRequestURI().getPath().replaceFirst("^/api/", "");
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    String authorization = exchange.getRequestHeaders().getFirst("Authorization");
    calls.add(new Call(method, form(body), authorization, body));
    Answer planned = answers.poll();
    Answer answer = planned == null ? success(method, form(body)) : planned;
    if (planned != null && planned.afterwards()) {
      success(method, form(body));
    }
    if (answer.status() == 0) {
      // Without any answer the connection is closed.
      exchange.close();
      return;
    }
    if (answer.retryAfter() != null) {
      exchange.getResponseHeaders().add("Retry-After", answer.retryAfter());
    }
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private Answer success(String method, Map<String, String> form) {
    if (method.equals("conversations.replies")) {
      return ok(Map.of("ok", true, "has_more", false, "messages", messagesBelow(form.get("ts"))));
    }
    String ts = method.equals("chat.postMessage") ? "1700000000.%06d".formatted(++messages) : "";
    String given = form.getOrDefault("ts", ts);
    String thread = form.get("thread_ts");
    if (thread != null) {
      replies.add(new Message(thread, ts, form.getOrDefault("text", "")));
    }
    return ok(Map.of("ok", true, "channel", "C1", "ts", given, "view", Map.of()));
  }

  private List<Map<String, String>> messagesBelow(@Nullable String ts) {
    return replies.stream()
        .filter(reply -> reply.thread().equals(ts))
        .map(reply -> Map.of("type", "message", "ts", reply.ts(), "text", reply.text()))
        .toList();
  }

  private static Answer ok(Map<String, ?> body) {
    try {
      return new Answer(200, null, MAPPER.writeValueAsString(body), false);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, String> form(String body) {
    Map<String, String> form = new HashMap<>();
    for (String pair : body.split("&")) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        form.put(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
      }
    }
    return form;
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
