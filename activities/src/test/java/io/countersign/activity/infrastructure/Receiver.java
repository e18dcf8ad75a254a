package io.countersign.activity.infrastructure;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Receives requests on this machine, and counts their effects by idempotency key. */
public final class Receiver implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Seen> seen = new CopyOnWriteArrayList<>();
  private final Map<String, Integer> effects = new ConcurrentHashMap<>();
  private final CountDownLatch released = new CountDownLatch(1);
  private final CountDownLatch reached = new CountDownLatch(1);
  private volatile Reply reply = Reply.of(200);
  private volatile boolean knowsKeys;

  /** How it answers after the effect. */
  public enum Kind {
    STATUS,
    /** The connection ends without an answer. */
    DROP,
    /** It never answers. */
    SILENCE
  }

  /**
   * An answer.
   *
   * @param hasEffect false where it is given before anything was done
   */
  public record Reply(Kind kind, int status, boolean hasEffect) {
    public static Reply of(int status) {
      return new Reply(Kind.STATUS, status, status < 300);
    }
  }

  /** A request as it came. */
  public record Seen(String method, String path, Map<String, List<String>> headers, String body) {}

  private Receiver(@Nullable SSLContext tls, int port) throws IOException {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    if (tls == null) {
      server = HttpServer.create(address, 0);
    } else {
      HttpsServer secured = HttpsServer.create(address, 0);
      secured.setHttpsConfigurator(new HttpsConfigurator(tls));
      server = secured;
    }
    server.createContext("/", this::receive);
    server.setExecutor(threads);
    server.start();
  }

  public static Receiver start() throws IOException {
    return new Receiver(null, 0);
  }

  static Receiver start(SSLContext tls) throws IOException {
    return new Receiver(tls, 0);
  }

  /** At a port that was free a moment ago. */
  public static Receiver at(int port) throws IOException {
    return new Receiver(null, port);
  }

  public int port() {
    return server.getAddress().getPort();
  }

  public Receiver answering(int status) {
    reply = Reply.of(status);
    return this;
  }

  /** It does what comes, and the answer is lost. */
  public Receiver losing(Kind kind) {
    reply = new Reply(kind, 0, true);
    return this;
  }

  /** What comes twice with one key is done once. */
  public Receiver knowingKeys() {
    knowsKeys = true;
    return this;
  }

  private void receive(HttpExchange exchange) throws IOException {
    Reply now = reply;
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    seen.add(
        new Seen(
            exchange.getRequestMethod(),
            exchange.getRequestURI().toString(),
            Map.copyOf(exchange.getRequestHeaders()),
            body));
    String key = String.valueOf(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
    if (now.hasEffect()) {
      effects.merge(key, 1, (before, one) -> knowsKeys ? before : before + one);
    }
    reached.countDown();
    switch (now.kind()) {
      case STATUS -> {
        exchange.getResponseHeaders().add("Location", "/elsewhere");
        byte[] secret = "answer-that-nobody-reads".getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(now.status(), now.status() == 204 ? -1 : secret.length);
        exchange.getResponseBody().write(secret);
      }
      case DROP -> {}
      case SILENCE -> await(released);
    }
    exchange.close();
  }

  /** Waits until the next request has come, and its effect has happened. */
  public void awaitRequest() {
    await(reached);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  public List<Seen> seen() {
    return List.copyOf(seen);
  }

  /** Of a key. */
  public int effects(String key) {
    return effects.getOrDefault(key, 0);
  }

  @Override
  public void close() {
    released.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
