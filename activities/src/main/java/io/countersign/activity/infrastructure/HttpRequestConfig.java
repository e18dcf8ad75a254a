package io.countersign.activity.infrastructure;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.policy.Durations;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The request that an operation sends; {@code {name}} stands for a parameter.
 *
 * @param url its host is fixed; parameters stand in path and query
 * @param headers values may come from the environment or a file, and are shown to nobody
 * @param body JSON, in which a text that is one {@code {name}} stands for the parameter's value
 * @param idempotent true if the receiver does once what comes twice with one Idempotency-Key
 * @param timeout until the answer, such as {@code 10s}
 * @param allowedAddresses the only ones that the host may have; public ones where there are none
 */
public record HttpRequestConfig(
    @Nullable String method,
    @Nullable String url,
    @Nullable Map<String, String> headers,
    @Nullable JsonNode body,
    @Nullable Boolean idempotent,
    @Nullable String timeout,
    @Nullable Boolean allowPlainHttp,
    @Nullable List<String> allowedAddresses) {

  static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}]*)}");

  private static final Pattern URL =
      Pattern.compile("(https?)://([^/?#{}@]+)(/[^?#]*)?(\\?[^#]*)?");
  private static final Pattern DOTS_ALONE = Pattern.compile("(?i).*/(\\.|%2e){1,2}(/.*)?");
  private static final Set<String> METHODS = Set.of("POST", "PUT", "PATCH", "DELETE");
  private static final Set<String> OURS =
      Set.of(
          "host",
          "connection",
          "content-length",
          "expect",
          "idempotency-key",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");
  private static final Duration USUAL = Duration.ofSeconds(10);
  private static final Duration LONGEST = Duration.ofMinutes(4);

  /** Where it goes: everything of the URL that no parameter changes, and its templates. */
  record Place(boolean isTls, String host, int port, String path, String query) {}

  public HttpRequestConfig {
    if (method == null || !METHODS.contains(method)) {
      throw new IllegalArgumentException("method: expected POST, PUT, PATCH or DELETE");
    }
    headers = headers == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(headers));
    headers.forEach(HttpRequestConfig::checkHeader);
    allowedAddresses = allowedAddresses == null ? List.of() : List.copyOf(allowedAddresses);
    try {
      allowedAddresses.forEach(AddressRange::parse);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("allowedAddresses: " + e.getMessage());
    }
    place(url, Boolean.TRUE.equals(allowPlainHttp));
    limit(timeout);
  }

  private static void checkHeader(String name, String value) {
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9-]{0,63}")
        || OURS.contains(name.toLowerCase(Locale.ROOT))) {
      throw new IllegalArgumentException(
          "headers: expected no `" + name + "`, it is set by countersign or has no such name");
    }
    if (!value.matches("[\\x20-\\x7e]{1,8000}")) {
      throw new IllegalArgumentException(
          "headers: expected printable characters in `" + name + "`");
    }
  }

  private static Place place(@Nullable String url, boolean allowPlainHttp) {
    Matcher parts = URL.matcher(url == null ? "" : url);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "url: expected https://host/path, with parameters in path and query only");
    }
    boolean isTls = parts.group(1).equals("https");
    if (!isTls && !allowPlainHttp) {
      throw new IllegalArgumentException("url: expected https, or `allowPlainHttp: true`");
    }
    String path = parts.group(3) == null ? "/" : parts.group(3);
    String query = parts.group(4) == null ? "" : parts.group(4);
    try {
      URI like =
          new URI(
              parts.group(1)
                  + "://"
                  + parts.group(2)
                  + PLACEHOLDER.matcher(path + query).replaceAll("x"));
      if (like.getHost() == null || DOTS_ALONE.matcher(like.getRawPath()).matches()) {
        throw new IllegalArgumentException("url: expected a host, and a path without dots alone");
      }
      String host = like.getHost().replaceAll("[\\[\\]]", "");
      int port = like.getPort() > 0 ? like.getPort() : isTls ? 443 : 80;
      return new Place(isTls, host, port, path, query);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("url: expected an address without blanks or such");
    }
  }

  private static Duration limit(@Nullable String timeout) {
    Duration limit = timeout == null ? USUAL : Durations.parse(timeout).orElse(Duration.ZERO);
    if (!limit.isPositive() || limit.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("timeout: expected up to 4m, such as 10s");
    }
    return limit;
  }

  Place place() {
    return place(url, Boolean.TRUE.equals(allowPlainHttp));
  }

  Duration limit() {
    return limit(timeout);
  }

  public boolean isIdempotent() {
    return Boolean.TRUE.equals(idempotent);
  }

  List<AddressRange> allowed() {
    return allowedAddresses == null
        ? List.of()
        : allowedAddresses.stream().map(AddressRange::parse).toList();
  }

  /** Its names are part of what is approved; its values are how we sign in. */
  HttpRequestConfig withoutHeaderValues() {
    Map<String, String> names = new TreeMap<>(headers == null ? Map.of() : headers);
    names.replaceAll((name, value) -> "x");
    return new HttpRequestConfig(
        method, url, names, body, idempotent, timeout, allowPlainHttp, allowedAddresses);
  }

  /** Without the headers' values, for logs. */
  @Override
  public String toString() {
    return "HttpRequestConfig[method=%s, url=%s]".formatted(method, url);
  }
}
