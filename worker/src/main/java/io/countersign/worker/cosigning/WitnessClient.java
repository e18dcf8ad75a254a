package io.countersign.worker.cosigning;

import io.countersign.audit.AddCheckpoint;
import io.countersign.audit.Cosignature;
import io.countersign.audit.CosignerKey;
import io.countersign.audit.EvidenceException;
import io.countersign.audit.KeyRing;
import io.countersign.audit.SignedNote;
import io.countersign.store.anchor.AnchorException;
import io.countersign.store.anchor.AnchorSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** One witness, as a log speaks to it. As an anchor it holds the last checkpoint that it signed. */
public final class WitnessClient implements AnchorSource, AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final int MAX_ANSWER = 64 * 1024;

  private final String url;
  private final CosignerKey key;
  private final KeyRing log;
  private final String origin;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(CONNECT).build();

  /**
   * @param url its submission and monitoring prefix
   * @param key pinned by the configuration
   * @param log the keys of our log
   */
  public WitnessClient(URI url, CosignerKey key, KeyRing log, String origin) {
    this.url = url.toString().replaceFirst("/$", "");
    this.key = key;
    this.log = log;
    this.origin = origin;
  }

  /** What a witness answers. */
  sealed interface Reply {
    /** The checkpoint with its cosignature. */
    record Cosigned(String note) implements Reply {}

    /** It signed a tree of another size than we thought. */
    record Knows(long size) implements Reply {}

    /** It does not sign. */
    record Refused(int status) implements Reply {}
  }

  Reply ask(AddCheckpoint request) throws IOException {
    HttpRequest post =
        HttpRequest.newBuilder(URI.create(url + "/add-checkpoint"))
            .timeout(ANSWER)
            .POST(HttpRequest.BodyPublishers.ofString(request.toString()))
            .build();
    Answer answer = send(post);
    return switch (answer.status()) {
      case 200 -> new Reply.Cosigned(cosigned(request.checkpoint(), answer.body()));
      case 409 -> new Reply.Knows(size(answer.body()));
      default -> new Reply.Refused(answer.status());
    };
  }

  /** Of all that it answers only its own, genuine line is taken over. */
  private String cosigned(String checkpoint, String lines) throws IOException {
    for (String line : lines.lines().toList()) {
      String note = checkpoint + line + "\n";
      try {
        var unusedTime = Cosignature.verify(SignedNote.parse(note), key);
        return note;
      } catch (EvidenceException e) {
        // Lines of other keys are allowed, and mean nothing here.
      }
    }
    throw new IOException("no cosignature of its key in the answer");
  }

  private static long size(String body) throws IOException {
    if (!body.strip().matches("\\d{1,18}")) {
      throw new IOException("no size in the answer");
    }
    return Long.parseLong(body.strip());
  }

  /** The last checkpoint of our log that it signed; both signatures are checked. */
  Optional<String> latest() throws IOException {
    URI address = URI.create(url + "/" + AddCheckpoint.originHash(origin) + "/checkpoint");
    Answer answer = send(HttpRequest.newBuilder(address).timeout(ANSWER).GET().build());
    if (answer.status() == 404) {
      return Optional.empty();
    }
    try {
      var unusedTime = Cosignature.verify(SignedNote.parse(answer.body()), key);
      var unusedSigned = log.open(answer.body());
      return Optional.of(answer.body());
    } catch (EvidenceException e) {
      throw new IOException("its answer is no checkpoint of this log", e);
    }
  }

  @Override
  public boolean read(Visitor visitor) throws IOException, AnchorException {
    Optional<String> latest = latest();
    if (latest.isPresent()) {
      visitor.visit(1, latest.get());
    }
    return false;
  }

  private record Answer(int status, String body) {}

  private Answer send(HttpRequest request) throws IOException {
    try {
      HttpResponse<InputStream> response =
          http.send(request, HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        byte[] bytes = body.readNBytes(MAX_ANSWER);
        return new Answer(response.statusCode(), new String(bytes, StandardCharsets.UTF_8));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
  }

  /** The witness's name. */
  String name() {
    return key.name();
  }

  @Override
  public void close() {
    http.shutdownNow();
  }

  @Override
  public String toString() {
    return "`" + key.name() + "`";
  }
}
