package io.countersign.worker.cosigning;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.countersign.audit.Cosignature;
import io.countersign.audit.CosignerKey;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.audit.EvidenceException;
import io.countersign.audit.KeyRing;
import io.countersign.audit.SignedNote;
import io.countersign.audit.SigningKey;
import io.countersign.store.TestDatabase;
import io.countersign.store.anchor.AnchorSource;
import io.countersign.store.anchor.Anchors;
import io.countersign.store.anchor.Cosignatures;
import io.countersign.store.evidence.AuditLog;
import io.countersign.store.evidence.DamagedLogException;
import io.countersign.store.evidence.Outbox;
import io.countersign.store.integration.Integrator;
import io.countersign.store.verification.AuditReport;
import io.countersign.store.verification.AuditVerify;
import io.countersign.witness.WitnessProcess;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A log that asks a witness, and what the witness's memory is worth when the log was set back. */
@Timeout(120)
class CosigningTest {
  private static final String ORIGIN = "log.example/audit";

  private final TestDatabase database = TestDatabase.create();
  private final Jdbi jdbi = database.database().jdbi();
  private final SigningKey logKey = SigningKey.generate(ORIGIN);
  private final SigningKey witnessKey = SigningKey.generate("witness.example/w1");
  private final KeyRing keys = KeyRing.of(List.of(logKey.verifierKey()));
  private final AuditLog log = new AuditLog(jdbi, keys.verifierKeys());
  private final Cosignatures cosignatures = new Cosignatures(jdbi);
  @TempDir private Path folder = Path.of("");
  private WitnessProcess witness;
  private WitnessClient client;
  private Anchors anchors;
  private Integrator integrator;
  private Cosigning cosigning;

  CosigningTest() throws EvidenceException {}

  @BeforeEach
  void begin() throws Exception {
    witness =
        WitnessProcess.start(
            witnessKey,
            keys,
            folder.resolve("state"),
            true,
            new InetSocketAddress("127.0.0.1", 0),
            Clock.systemUTC());
    client = client(witness.port(), witnessKey);
    restart();
  }

  private WitnessClient client(int port, SigningKey key) {
    return new WitnessClient(
        URI.create("http://127.0.0.1:" + port + "/"), CosignerKey.of(key), keys, ORIGIN);
  }

  /** As a worker that starts. */
  private void restart() throws Exception {
    anchors = Anchors.open(List.of(), jdbi, keys);
    anchors.add(client);
    integrator = new Integrator(jdbi, logKey, keys, anchors, Clock.systemUTC());
    cosigning = new Cosigning(cosignatures, log, List.of(client), anchors);
  }

  @AfterEach
  void close() throws Exception {
    client.close();
    witness.close();
    database.close();
  }

  private void grow(int batches) {
    integrator.integrate();
    for (int i = 0; i < batches; i++) {
      jdbi.useHandle(handle -> Outbox.insert(handle, event()));
      integrator.integrate();
    }
  }

  private static Event event() {
    return new Event(
        Instant.parse("2026-01-02T03:04:05Z"),
        EventType.POLICY_LOADED,
        null,
        0,
        null,
        null,
        Event.Actor.SYSTEM,
        null,
        Event.Effect.CHANGED,
        null,
        null,
        Map.of());
  }

  private AuditReport verify(AnchorSource... sources) {
    return new AuditVerify(jdbi, keys, List.of(sources)).verify();
  }

  private void cutTo(int size) {
    jdbi.useTransaction(
        handle -> {
          handle.execute("set local session_replication_role = replica");
          handle.execute("delete from audit_entry where idx >= ?", size);
          handle.execute("delete from audit_checkpoint where size > ?", size);
          handle.execute("update audit_tile set hashes = substr(hashes, 1, ?)", 32 * size);
          handle.execute(
              """
              update audit_head set size = ?,
                frontier = (select leaf_hash from audit_entry where idx = 0)
              """,
              size);
        });
  }

  @Test
  void checkpointIsServedWithItsCosignature() throws Exception {
    for (int i = 0; i < 3; i++) {
      grow(3);
      cosigning.ask();
      SignedNote served = SignedNote.parse(log.checkpoint().orElseThrow());
      assertThat(served.signatures()).hasSize(2);
      assertThat(Cosignature.verify(served, CosignerKey.of(witnessKey))).isNotNull();
      assertThat(keys.open(served.toString()).checkpoint().size()).isEqualTo(4 + 3 * i);
    }
    assertThat(anchors.failing()).isEmpty();
    assertThat(verify(cosignatures.of(CosignerKey.of(witnessKey)), client))
        .hasToString("VALID: 10 entries, 10 checkpoints, 0 waiting, 4 anchored");
  }

  @Test
  void workerThatForgotLearnsWhereTheWitnessIs() throws Exception {
    grow(3);
    cosigning.ask();
    jdbi.useTransaction(
        handle -> {
          handle.execute("set local session_replication_role = replica");
          handle.execute("delete from audit_cosignature");
        });
    grow(2);
    restart();
    cosigning.ask();
    assertThat(cosignatures.newest("witness.example/w1")).isEqualTo(6);
    assertThat(anchors.disagreement()).isEmpty();
  }

  @Test
  void logThatBecameShorterIsAnAlarmAndSignsNoMore() {
    grow(5);
    cosigning.ask();
    cutTo(1);
    cosigning.ask();
    assertThat(anchors.disagreement())
        .hasValue(
            "the log holds 1 entries, but the anchor `witness.example/w1` saw 6:"
                + " the database is older than its anchor");
    assertThat(catchFault()).isInstanceOf(DamagedLogException.class);
  }

  @Test
  void workerDoesNotStartUnderALogThatBecameShorter() throws Exception {
    grow(5);
    cosigning.ask();
    cutTo(1);
    restart();
    assertThat(anchors.disagreement()).isPresent();
  }

  @Test
  void emptiedLogIsAnAlarm() throws Exception {
    grow(5);
    cosigning.ask();
    jdbi.useTransaction(
        handle -> {
          handle.execute("set local session_replication_role = replica");
          handle.execute("delete from audit_entry");
          handle.execute("delete from audit_checkpoint");
          handle.execute("delete from audit_tile");
          handle.execute("update audit_head set size = 0, frontier = ''");
        });
    cosigning.ask();
    assertThat(anchors.disagreement()).isPresent();
  }

  private Throwable catchFault() {
    try {
      grow(1);
    } catch (RuntimeException e) {
      return e;
    }
    throw new AssertionError("it signed");
  }

  @Test
  void verifierFindsWhatAWitnessSawBeyondTheLog() {
    grow(5);
    cosigning.ask();
    cutTo(1);
    assertThat(verify()).as("whole in itself").isInstanceOf(AuditReport.Intact.class);
    assertThat(verify(client))
        .hasToString(
            "INVALID: record 1 of the anchor `witness.example/w1` saw 6 entries, the log holds 1:"
                + " the database is older than its anchor");
    assertThat(verify(cosignatures.of(CosignerKey.of(witnessKey))).toString())
        .startsWith(
            "INVALID: record 1 of the anchor `witness.example/w1` (kept in the database) saw 6");
  }

  @Test
  void verifierFindsACosignatureThatIsNotTheWitnesss() {
    grow(1);
    cosigning.ask();
    jdbi.useTransaction(
        handle -> {
          handle.execute("set local session_replication_role = replica");
          handle.execute(
              "update audit_cosignature set note = replace(note, E'\\n2\\n', E'\\n1\\n')");
        });
    assertThat(verify(cosignatures.of(CosignerKey.of(witnessKey))).toString())
        .contains("the cosignature of `witness.example/w1` is wrong");
  }

  @Test
  void witnessThatIsDownDelaysNothing() throws Exception {
    grow(1);
    witness.close();
    cosigning.ask();
    assertThat(anchors.failing()).containsOnlyKeys("`witness.example/w1`");
    assertThat(anchors.disagreement()).isEmpty();
    grow(1);
    assertThat(verify()).isInstanceOf(AuditReport.Intact.class);
    assertThat(verify(client))
        .hasToString("INVALID: the anchor `witness.example/w1` cannot be read");
  }

  @Test
  void hostileWitnessCannotEndSigning() throws Exception {
    for (String answer : List.of("999999\n", "", "9".repeat(100_000), "-1\n")) {
      HttpServer hostile = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
      hostile.createContext(
          "/",
          exchange -> {
            byte[] body = answer.getBytes(StandardCharsets.UTF_8);
            int status = exchange.getRequestMethod().equals("POST") ? 409 : 200;
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
          });
      hostile.start();
      try (WitnessClient other = client(hostile.getAddress().getPort(), witnessKey)) {
        grow(1);
        new Cosigning(cosignatures, log, List.of(other), anchors).ask();
      } finally {
        hostile.stop(0);
      }
      assertThat(anchors.disagreement()).isEmpty();
      assertThat(anchors.failing()).isNotEmpty();
      grow(1);
    }
    cosigning.ask();
    assertThat(anchors.failing()).isEmpty();
  }
}
