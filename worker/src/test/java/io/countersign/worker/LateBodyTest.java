package io.countersign.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A refusal that needs no body still waits for it, so that the connection carries the next one. */
class LateBodyTest {
  private static final String BODY = "{\"kind\":\"execute_sql\"}";

  private final ApiClient api = ApiClient.of(DemoServer.start());

  @ParameterizedTest
  @CsvSource({
    "POST, /v1/actions, 401",
    "POST, /v1/actions/preview, 401",
    "PUT, /v1/actions, 405",
    "POST, /v1/nonsense, 404"
  })
  void connectionSurvivesARefusal(String method, String path, int status) throws Exception {
    URI url = api.request("nobody", path).build().uri();
    try (Socket socket = new Socket(url.getHost(), url.getPort())) {
      socket.setSoTimeout(10_000);
      for (int round = 0; round < 3; round++) {
        String head =
            "%s %s HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
                + "content-length: %d\r\n\r\n";
        send(socket, head.formatted(method, path, BODY.length()));
        Thread.sleep(100);
        send(socket, BODY);
        assertThat(statusOf(socket.getInputStream())).isEqualTo(status);
      }
    }
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
  }

  /** Reads one answer whose length is announced. */
  private static int statusOf(InputStream in) throws IOException {
    int status = 0;
    int length = 0;
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      if (status == 0) {
        status = Integer.parseInt(line.split(" ", 3)[1]);
      } else if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(line.substring(15).strip());
      }
    }
    assertThat(in.readNBytes(length)).hasSize(length);
    return status;
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      assertThat(next).as("the connection closed").isNotNegative();
      line.append((char) next);
    }
    return line.toString().strip();
  }
}
