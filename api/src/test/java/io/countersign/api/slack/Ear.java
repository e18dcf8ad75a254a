package io.countersign.api.slack;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.countersign.action.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Where response_url leads. */
final class Ear {
  private final HttpServer server;
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

  Ear() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    server.createContext(
        "/respond",
        exchange -> {
          heard.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  JsonNode next() throws Exception {
    String text = heard.poll(10, TimeUnit.SECONDS);
    return Json.MAPPER.readTree(text == null ? "{\"text\":\"nothing was said\"}" : text);
  }

  void close() {
    server.stop(0);
  }
}
