package io.countersign.activity.infrastructure;

import io.countersign.action.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One request as it will go out.
 *
 * @param path with the query
 * @param headers of the declaration; their values are secret
 * @param body JSON; null for none
 */
public record OutgoingRequest(
    String method,
    boolean isTls,
    String host,
    int port,
    String path,
    Map<String, String> headers,
    @Nullable String body,
    boolean isIdempotent,
    Duration timeout,
    List<AddressRange> allowed) {

  /**
   * @throws IllegalArgumentException where the parameters do not fit their places
   */
  static OutgoingRequest of(HttpRequestConfig config, Map<String, Object> parameters) {
    HttpRequestConfig.Place place = config.place();
    return new OutgoingRequest(
        Objects.requireNonNull(config.method()),
        place.isTls(),
        place.host(),
        place.port(),
        Template.filled(place.path(), true, parameters)
            + Template.filled(place.query(), false, parameters),
        config.headers() == null ? Map.of() : config.headers(),
        config.body() == null ? null : Json.write(Template.filled(config.body(), parameters)),
        config.isIdempotent(),
        config.limit(),
        config.allowed());
  }

  private String authority() {
    String name = host.contains(":") ? "[" + host + "]" : host;
    return port == (isTls ? 443 : 80) ? name : name + ":" + port;
  }

  /** What people are shown: everything but the headers' values. */
  List<String> shown() {
    List<String> shown = new ArrayList<>();
    shown.add("%s %s://%s%s".formatted(method, isTls ? "https" : "http", authority(), path));
    if (body != null) {
      shown.add("with the body " + body);
    }
    if (!headers.isEmpty()) {
      shown.add("with the headers %s, whose values are not shown".formatted(headers.keySet()));
    }
    shown.add(
        isIdempotent
            ? "declared idempotent: sent again with the same Idempotency-Key until it is answered"
            : "sent once: without an answer people must find out whether it took effect");
    return shown;
  }

  /** The bytes of HTTP/1.1, which asks for one answer and no more. */
  byte[] bytes(String idempotencyKey) {
    byte[] content = body == null ? new byte[0] : body.getBytes(StandardCharsets.UTF_8);
    StringBuilder head = new StringBuilder();
    head.append(method).append(' ').append(path).append(" HTTP/1.1\r\n");
    field(head, "Host", authority());
    field(head, "Connection", "close");
    field(head, "User-Agent", "countersign");
    field(head, "Accept", "*/*");
    field(head, "Idempotency-Key", idempotencyKey);
    field(head, "Content-Length", String.valueOf(content.length));
    if (body != null && headers.keySet().stream().noneMatch("content-type"::equalsIgnoreCase)) {
      field(head, "Content-Type", "application/json");
    }
    headers.forEach((name, value) -> field(head, name, value));
    byte[] start = head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    byte[] all = new byte[start.length + content.length];
    System.arraycopy(start, 0, all, 0, start.length);
    System.arraycopy(content, 0, all, start.length, content.length);
    return all;
  }

  private static void field(StringBuilder head, String name, String value) {
    head.append(name).append(": ").append(value).append("\r\n");
  }

  /** Without the headers' values, for logs. */
  @Override
  public String toString() {
    return "OutgoingRequest[%s %s]".formatted(method, host);
  }
}
