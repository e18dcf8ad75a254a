package io.countersign.witness;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The witness over HTTP: {@code add-checkpoint}, and its last checkpoint of each log. */
final class WitnessServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WitnessServer.class);

  /** In bytes; a request with the longest proof and a checkpoint has far less. */
  static final int MAX_BODY = 64 * 1024;

  private static final Pattern CHECKPOINT = Pattern.compile("/([0-9a-f]{64})/checkpoint");

  private final HttpServer server;
  private final ExecutorService threads;

  private WitnessServer(HttpServer server, ExecutorService threads) {
    this.server = server;
    this.threads = threads;
  }

  static WitnessServer start(Witness witness, InetSocketAddress address) throws IOException {
    // Who sends a request byte by byte holds one connection, and not for ever.
    System.setProperty("sun.net.httpserver.maxReqTime", "10");
    System.setProperty("sun.net.httpserver.maxRspTime", "10");
    HttpServer server = HttpServer.create(address, 0);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    server.setExecutor(threads);
    server.createContext("/", exchange -> handle(witness, exchange));
    server.start();
    return new WitnessServer(server, threads);
  }

  int port() {
    return server.getAddress().getPort();
  }

  private static void handle(Witness witness, HttpExchange exchange) throws IOException {
    try (exchange) {
      send(exchange, answer(witness, exchange));
    } catch (RuntimeException e) {
      LOG.error("a request failed: {}", e.getClass().getSimpleName());
    }
  }

  private static Witness.Answer answer(Witness witness, HttpExchange exchange) throws IOException {
    String method = exchange.getRequestMethod();
    String path = exchange.getRequestURI().getPath();
    if (path.equals("/add-checkpoint")) {
      return method.equals("POST")
          ? add(witness, exchange)
          : Witness.Answer.refused(405, "expected POST");
    }
    Matcher checkpoint = CHECKPOINT.matcher(path);
    Optional<String> latest =
        method.equals("GET") && checkpoint.matches()
            ? witness.latest(checkpoint.group(1))
            : Optional.empty();
    return latest
        .map(note -> new Witness.Answer(200, "text/plain; charset=utf-8", note))
        .orElseGet(() -> Witness.Answer.refused(404, "nothing is here"));
  }

  private static Witness.Answer add(Witness witness, HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY + 1);
    if (body.length > MAX_BODY) {
      return Witness.Answer.refused(400, "the request has more than 64 KiB");
    }
    try {
      return witness.add(body);
    } catch (IOException e) {
      LOG.error("the state cannot be written, nothing is signed: {}", e.getClass().getSimpleName());
      return Witness.Answer.refused(500, "the witness cannot remember, and does not sign");
    }
  }

  private static void send(HttpExchange exchange, Witness.Answer answer) throws IOException {
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", answer.contentType());
    exchange.sendResponseHeaders(answer.status(), body.length);
    exchange.getResponseBody().write(body);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
