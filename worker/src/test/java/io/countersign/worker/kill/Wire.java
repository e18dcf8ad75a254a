package io.countersign.worker.kill;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** A way to a server that counts round trips, and that can break at the next COMMIT. */
final class Wire implements AutoCloseable {
  private static final byte[] COMMIT = "COMMIT\0".getBytes(StandardCharsets.US_ASCII);
  private static final int LARGEST_MESSAGE = 1 << 16;

  private final ServerSocket door;
  private final int port;
  private final AtomicReference<Break> next = new AtomicReference<>(Break.NONE);
  private final AtomicLong trips = new AtomicLong();
  private final AtomicLong breaks = new AtomicLong();

  /** Where the connection breaks. */
  enum Break {
    NONE,
    BEFORE_COMMIT,
    AFTER_COMMIT
  }

  private Wire(int port, ServerSocket door) {
    this.port = port;
    this.door = door;
  }

  /** To the server on this machine that a URL names. */
  static Wire to(String url) throws IOException {
    int port = URI.create(url.substring("jdbc:".length())).getPort();
    var wire = new Wire(port, new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    Thread.ofVirtual().start(wire::listen);
    return wire;
  }

  /** The same database on this way. */
  String url(String direct) {
    return direct.replace(":" + port + "/", ":" + door.getLocalPort() + "/");
  }

  /** How often the server was asked and answered since the start. */
  long roundTrips() {
    return trips.get();
  }

  void breakNextCommit(Break where) {
    next.set(where);
  }

  /** How many connections it broke. */
  long breaks() {
    return breaks.get();
  }

  private void listen() {
    try {
      while (true) {
        Socket client = door.accept();
        Thread.ofVirtual().start(() -> carry(client));
      }
    } catch (IOException e) {
      // It is closed.
    }
  }

  private void carry(Socket client) {
    try (client;
        Socket server = new Socket(InetAddress.getLoopbackAddress(), port)) {
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      var link = new Link(client, server);
      Thread answers = Thread.ofVirtual().start(link::answers);
      link.questions();
      answers.join();
    } catch (IOException e) {
      // One of both is gone.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One connection; whoever ends first ends it. */
  private final class Link {
    private final Socket client;
    private final Socket server;
    private volatile boolean asked;
    private volatile boolean mute;

    private Link(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    private void questions() {
      try (client;
          server) {
        InputStream from = client.getInputStream();
        OutputStream to = server.getOutputStream();
        byte[] buffer = new byte[LARGEST_MESSAGE];
        for (int length = from.read(buffer); length > 0; length = from.read(buffer)) {
          Break where = isCommit(buffer, length) ? next.getAndSet(Break.NONE) : Break.NONE;
          if (where != Break.NONE) {
            breaks.incrementAndGet();
            mute = true;
          }
          if (where == Break.BEFORE_COMMIT) {
            return;
          }
          asked = true;
          to.write(buffer, 0, length);
        }
      } catch (IOException e) {
        // One of both is gone.
      }
    }

    private void answers() {
      try (client;
          server) {
        InputStream from = server.getInputStream();
        OutputStream to = client.getOutputStream();
        byte[] buffer = new byte[LARGEST_MESSAGE];
        for (int length = from.read(buffer); length > 0; length = from.read(buffer)) {
          if (mute) {
            return;
          }
          if (asked) {
            asked = false;
            trips.incrementAndGet();
          }
          to.write(buffer, 0, length);
        }
      } catch (IOException e) {
        // One of both is gone.
      }
    }
  }

  private static boolean isCommit(byte[] buffer, int length) {
    for (int at = 0; at + COMMIT.length <= length; at++) {
      int same = 0;
      while (same < COMMIT.length && buffer[at + same] == COMMIT[same]) {
        same++;
      }
      if (same == COMMIT.length) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() throws IOException {
    door.close();
  }
}
