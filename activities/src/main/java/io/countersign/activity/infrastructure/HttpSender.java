package io.countersign.activity.infrastructure;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.UnknownHostException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Sends a request at most once, to an address that was looked at, and reads of its answer nothing
 * but the status. It follows no redirect, uses no proxy and tries nothing again, because whoever
 * calls must know whether a byte of the request went out.
 */
public final class HttpSender {
  private static final int MOST_BYTES = 64 * 1024;
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([1-5][0-9]{2})( .*)?");

  private final Resolver resolver;
  private final SSLSocketFactory tls;

  /** Finds the addresses of a host. */
  @FunctionalInterface
  public interface Resolver {
    InetAddress[] resolve(String host) throws UnknownHostException;
  }

  /** What came of it. */
  public sealed interface Sent {
    /** The receiver answered. */
    record Answered(int status) implements Sent {}

    /**
     * Not a byte of the request went out.
     *
     * @param isForNow true if it may be possible later
     */
    record NotSent(String why, boolean isForNow) implements Sent {}

    /** It went out, at least in part, and its answer was not seen. */
    record Unanswered(String why) implements Sent {}
  }

  public HttpSender(Resolver resolver, SSLSocketFactory tls) {
    this.resolver = resolver;
    this.tls = tls;
  }

  /** As the machine resolves names and trusts certificates. */
  public static HttpSender ofThisMachine() {
    return new HttpSender(
        InetAddress::getAllByName, (SSLSocketFactory) SSLSocketFactory.getDefault());
  }

  Sent send(OutgoingRequest request, String idempotencyKey) {
    InetAddress[] addresses;
    try {
      addresses = resolver.resolve(request.host());
    } catch (UnknownHostException e) {
      return new Sent.NotSent("the receiver's host is not known now", true);
    }
    if (addresses.length == 0 || !mayReach(addresses, request.allowed())) {
      return new Sent.NotSent("the receiver's host has an address that is not allowed", false);
    }
    Duration timeout = request.timeout();
    try (Socket plain = new Socket(Proxy.NO_PROXY)) {
      Thread watch = Thread.ofVirtual().name("request-timeout").start(() -> end(plain, timeout));
      try {
        return send(request, idempotencyKey, plain, addresses[0]);
      } finally {
        watch.interrupt();
      }
    } catch (IOException e) {
      throw new IllegalStateException("a socket could not be closed");
    }
  }

  /** One address that is not allowed is enough to refuse them all. */
  private static boolean mayReach(InetAddress[] addresses, List<AddressRange> allowed) {
    for (InetAddress address : addresses) {
      boolean mayReach =
          allowed.isEmpty()
              ? AddressRange.isPublic(address)
              : allowed.stream().anyMatch(range -> range.contains(address));
      if (!mayReach) {
        return false;
      }
    }
    return true;
  }

  /** Whatever the socket waits for ends with it. */
  private static void end(Socket socket, Duration timeout) {
    try {
      Thread.sleep(timeout);
      socket.close();
    } catch (InterruptedException | IOException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Sent send(
      OutgoingRequest request, String idempotencyKey, Socket plain, InetAddress address) {
    Socket socket;
    try {
      plain.connect(new InetSocketAddress(address, request.port()));
      socket = request.isTls() ? secured(plain, request) : plain;
    } catch (IOException e) {
      return isCertificate(e)
          ? new Sent.NotSent("the receiver's certificate is not accepted", false)
          : new Sent.NotSent("the receiver cannot be reached now", true);
    }
    try {
      socket.getOutputStream().write(request.bytes(idempotencyKey));
      socket.getOutputStream().flush();
      return status(socket.getInputStream());
    } catch (IOException e) {
      return new Sent.Unanswered("the request was sent and its answer was not seen");
    }
  }

  /** The name is verified although the connection was made to an address. */
  private SSLSocket secured(Socket plain, OutgoingRequest request) throws IOException {
    SSLSocket socket = (SSLSocket) tls.createSocket(plain, request.host(), request.port(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  private static boolean isCertificate(@Nullable Throwable thrown) {
    return thrown != null
        && (thrown instanceof CertificateException
            || thrown instanceof CertPathValidatorException
            || isCertificate(thrown.getCause()));
  }

  /** Interim answers are passed over. */
  private static Sent status(InputStream answer) throws IOException {
    int left = MOST_BYTES;
    while (true) {
      String line = line(answer, left);
      Matcher status = STATUS.matcher(line);
      if (!status.matches()) {
        return new Sent.Unanswered("the request was sent and its answer is no HTTP");
      }
      int code = Integer.parseInt(status.group(1));
      if (code >= 200) {
        return new Sent.Answered(code);
      }
      while (!line.isEmpty()) {
        left -= line.length() + 2;
        line = line(answer, left);
      }
    }
  }

  private static String line(InputStream answer, int most) throws IOException {
    StringBuilder line = new StringBuilder();
    while (line.length() < most) {
      int read = answer.read();
      if (read < 0) {
        throw new IOException("the answer ended");
      }
      if (read == '\n') {
        return line.toString().stripTrailing();
      }
      line.append((char) read);
    }
    throw new IOException("the answer is too long");
  }
}
