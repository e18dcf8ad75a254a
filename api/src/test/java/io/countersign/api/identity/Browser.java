package io.countersign.api.identity;

import java.io.IOException;
import java.net.CookieManager;
import java.net.HttpCookie;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A browser as far as these tests need one: cookies, and redirects followed by hand or not. */
final class Browser {
  private final CookieManager cookies = new CookieManager();
  private final HttpClient stepping = HttpClient.newBuilder().cookieHandler(cookies).build();
  private final HttpClient following =
      HttpClient.newBuilder()
          .cookieHandler(cookies)
          .followRedirects(HttpClient.Redirect.NORMAL)
          .build();

  /** One request; a redirect is the answer. */
  HttpResponse<String> step(String url, String... headers) {
    return send(stepping, HttpRequest.newBuilder(URI.create(url)).GET(), headers);
  }

  HttpResponse<String> follow(String url) {
    return send(following, HttpRequest.newBuilder(URI.create(url)).GET());
  }

  HttpResponse<String> post(String url, String... headers) {
    var request = HttpRequest.newBuilder(URI.create(url));
    return send(stepping, request.POST(HttpRequest.BodyPublishers.noBody()), headers);
  }

  HttpResponse<String> form(String url, Map<String, String> fields) {
    String body =
        fields.entrySet().stream()
            .map(field -> field.getKey() + "=" + encode(field.getValue()))
            .collect(Collectors.joining("&"));
    var request = HttpRequest.newBuilder(URI.create(url));
    return send(
        stepping,
        request.POST(HttpRequest.BodyPublishers.ofString(body)),
        "Content-Type",
        "application/x-www-form-urlencoded");
  }

  private static HttpResponse<String> send(
      HttpClient client, HttpRequest.Builder request, String... headers) {
    try {
      if (headers.length > 0) {
        request.headers(headers);
      }
      return client.send(request.build(), BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  Optional<HttpCookie> cookie(String name) {
    return cookies.getCookieStore().getCookies().stream()
        .filter(cookie -> cookie.getName().equals(name))
        .findFirst();
  }

  static String location(HttpResponse<String> response) {
    return response.headers().firstValue("Location").orElseThrow();
  }

  static String parameter(String url, String name) {
    for (String field : URI.create(url).getRawQuery().split("&")) {
      if (field.startsWith(name + "=")) {
        return java.net.URLDecoder.decode(
            field.substring(name.length() + 1), StandardCharsets.UTF_8);
      }
    }
    throw new AssertionError("no " + name);
  }

  static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
