package io.countersign.activity.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.activity.infrastructure.HttpSender.Sent;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A request goes to the address that was looked at, once, or not at all. */
class HttpSenderTest {
  private static final String HERE = "127.0.0.0/8";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final AtomicInteger lookups = new AtomicInteger();

  private OutgoingRequest request(boolean isTls, int port, Duration timeout, String... allowed) {
    return new OutgoingRequest(
        "POST",
        isTls,
        "receiver.test",
        port,
        "/restart?now=1",
        Map.of("Authorization", "Bearer planted"),
        "{\"n\":1}",
        false,
        timeout,
        List.of(allowed).stream().map(AddressRange::parse).toList());
  }

  private OutgoingRequest request(int port, String... allowed) {
    return request(false, port, PATIENCE, allowed);
  }

  private HttpSender sender(SSLSocketFactory tls, String... addresses) {
    return new HttpSender(
        host -> {
          lookups.incrementAndGet();
          InetAddress[] found = new InetAddress[addresses.length];
          for (int i = 0; i < found.length; i++) {
            found[i] = InetAddress.getByName(addresses[i]);
          }
          return found;
        },
        tls);
  }

  private HttpSender sender(String... addresses) {
    return sender((SSLSocketFactory) SSLSocketFactory.getDefault(), addresses);
  }

  @Test
  void requestGoesOutOnceAsItIsWritten() throws Exception {
    try (Receiver receiver = Receiver.start()) {
      Sent sent = sender("127.0.0.1").send(request(receiver.port(), HERE), "act_1");
      assertThat(sent).isEqualTo(new Sent.Answered(200));
      Receiver.Seen seen = receiver.seen().getFirst();
      assertThat(receiver.seen()).hasSize(1);
      assertThat(seen.method()).isEqualTo("POST");
      assertThat(seen.path()).isEqualTo("/restart?now=1");
      assertThat(seen.body()).isEqualTo("{\"n\":1}");
      assertThat(seen.headers())
          .containsEntry("Idempotency-key", List.of("act_1"))
          .containsEntry("Authorization", List.of("Bearer planted"))
          .containsEntry("Content-type", List.of("application/json"))
          .containsEntry("Host", List.of("receiver.test:" + receiver.port()));
    }
  }

  /** A name that means another address at the second look must not be looked at twice. */
  @Test
  void nameIsResolvedOnce() throws Exception {
    try (Receiver receiver = Receiver.start()) {
      sender("127.0.0.1").send(request(receiver.port(), HERE), "act_1");
      assertThat(lookups).hasValue(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "::1",
        "::ffff:127.0.0.1",
        "169.254.169.254",
        "fd00:ec2::254",
        "10.0.0.7",
        "192.168.0.1",
        "0.0.0.0",
        "8.8.8.8,127.0.0.1",
        "127.0.0.1,8.8.8.8"
      })
  void addressThatIsNotPublicIsNotReached(String addresses) throws Exception {
    try (Receiver receiver = Receiver.start()) {
      Sent sent = sender(addresses.split(",")).send(request(receiver.port()), "act_1");
      assertThat(sent).isInstanceOf(Sent.NotSent.class);
      assertThat(((Sent.NotSent) sent).isForNow()).isFalse();
      assertThat(((Sent.NotSent) sent).why()).contains("not allowed");
      assertThat(receiver.seen()).isEmpty();
    }
  }

  @Test
  void whatIsAllowedIsAllThatIsReached() throws Exception {
    try (Receiver receiver = Receiver.start()) {
      for (String other : List.of("10.0.0.0/8", "127.0.0.2/32", "::1/128")) {
        assertThat(sender("127.0.0.1").send(request(receiver.port(), other), "act_1"))
            .isInstanceOf(Sent.NotSent.class);
      }
      assertThat(receiver.seen()).isEmpty();
    }
  }

  @Test
  void redirectIsNotFollowed() throws Exception {
    try (Receiver receiver = Receiver.start().answering(302)) {
      assertThat(sender("127.0.0.1").send(request(receiver.port(), HERE), "act_1"))
          .isEqualTo(new Sent.Answered(302));
      assertThat(receiver.seen()).hasSize(1);
    }
  }

  @Test
  void serviceThatIsBusyIsNotAskedAgain() throws Exception {
    try (Receiver receiver = Receiver.start().answering(503)) {
      assertThat(sender("127.0.0.1").send(request(receiver.port(), HERE), "act_1"))
          .isEqualTo(new Sent.Answered(503));
      assertThat(receiver.seen()).hasSize(1);
    }
  }

  @Test
  void lostAnswerIsNoAnswer() throws Exception {
    try (Receiver receiver = Receiver.start().losing(Receiver.Kind.DROP)) {
      assertThat(sender("127.0.0.1").send(request(receiver.port(), HERE), "act_1"))
          .isInstanceOf(Sent.Unanswered.class);
      assertThat(receiver.seen()).hasSize(1);
    }
  }

  @Test
  void silenceEndsWithTheTimeout() throws Exception {
    try (Receiver receiver = Receiver.start().losing(Receiver.Kind.SILENCE)) {
      OutgoingRequest hasty = request(false, receiver.port(), Duration.ofMillis(300), HERE);
      assertThat(sender("127.0.0.1").send(hasty, "act_1")).isInstanceOf(Sent.Unanswered.class);
    }
  }

  @Test
  void closedPortMeansThatNothingWentOut() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    assertThat(sender("127.0.0.1").send(request(port, HERE), "act_1"))
        .isEqualTo(new Sent.NotSent("the receiver cannot be reached now", true));
  }

  @Test
  void interimAnswersArePassedOver() throws Exception {
    String answer = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 201 Created\r\n\r\n";
    assertThat(answered(answer)).isEqualTo(new Sent.Answered(201));
  }

  @Test
  void answerThatIsNoHttpOrEndlessIsNoAnswer() throws Exception {
    assertThat(answered("SSH-2.0-OpenSSH\r\n")).isInstanceOf(Sent.Unanswered.class);
    assertThat(answered("HTTP/1.1 2000 OK\r\n")).isInstanceOf(Sent.Unanswered.class);
    assertThat(answered("x".repeat(200_000))).isInstanceOf(Sent.Unanswered.class);
    String hints = "HTTP/1.1 103 Early Hints\r\nLink: " + "x".repeat(900) + "\r\n\r\n";
    assertThat(answered(hints.repeat(100) + "HTTP/1.1 200 OK\r\n\r\n"))
        .isInstanceOf(Sent.Unanswered.class);
  }

  /** What is made of an answer given byte by byte as it stands. */
  private Sent answered(String answer) throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ExecutorService thread = Executors.newSingleThreadExecutor()) {
      var unused =
          thread.submit(
              () -> {
                try (Socket socket = server.accept();
                    InputStream in = socket.getInputStream()) {
                  byte[] start = in.readNBytes(100);
                  socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                  socket.getOutputStream().flush();
                  in.transferTo(java.io.OutputStream.nullOutputStream());
                  return start.length;
                }
              });
      return sender("127.0.0.1").send(request(server.getLocalPort(), HERE), "act_1");
    }
  }

  @Test
  void certificateIsVerifiedForTheName(@TempDir Path folder) throws Exception {
    SSLContext right = certified(folder, "receiver.test");
    SSLContext other = certified(folder, "other.test");
    try (Receiver receiver = Receiver.start(right);
        Receiver impostor = Receiver.start(other)) {
      assertThat(
              sender(right.getSocketFactory(), "127.0.0.1")
                  .send(request(true, receiver.port(), PATIENCE, HERE), "act_1"))
          .isEqualTo(new Sent.Answered(200));
      Sent.NotSent refused = new Sent.NotSent("the receiver's certificate is not accepted", false);
      // Trusted, but it is another's.
      assertThat(
              sender(other.getSocketFactory(), "127.0.0.1")
                  .send(request(true, impostor.port(), PATIENCE, HERE), "act_1"))
          .isEqualTo(refused);
      // Of the right name, but nobody trusts it.
      assertThat(sender("127.0.0.1").send(request(true, receiver.port(), PATIENCE, HERE), "act_2"))
          .isEqualTo(refused);
      assertThat(receiver.seen()).hasSize(1);
      assertThat(impostor.seen()).isEmpty();
    }
  }

  /** Serves with a certificate of that name, and trusts it. */
  private static SSLContext certified(Path folder, String name) throws Exception {
    Path store = folder.resolve(name + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                "for-tests",
                "-alias",
                "receiver",
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-ext",
                "SAN=dns:" + name)
            .inheritIO()
            .start();
    assertThat(keytool.waitFor()).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, "for-tests".toCharArray());
    }
    KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(keys, "for-tests".toCharArray());
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("receiver", keys.getCertificate("receiver"));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }
}
