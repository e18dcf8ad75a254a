package io.countersign.worker.kill.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.countersign.audit.SigningKey;
import io.countersign.store.Database;
import io.countersign.store.DatabaseConfig;
import io.countersign.store.TestDatabase;
import io.countersign.store.anchor.AnchorException;
import io.countersign.store.anchor.Anchors;
import io.countersign.store.integration.Integrator;
import io.countersign.store.integration.SigningKeyFile;
import io.countersign.worker.kill.Patience;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.LoggerFactory;

/** A process that integrates, from the first line of its input until it is killed. */
public final class IntegratorMain {
  static final String ORIGIN = "countersign.example/kills";
  static final String WAITING = "waiting";
  static final String RUNNING = "running";

  private IntegratorMain() {}

  /** Arguments: the database's URL, user and password, the files of key and anchor, the form. */
  public static void main(String[] arguments) throws IOException {
    PrintStream out = System.out;
    System.setOut(System.err);
    ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.INFO);
    var config = new DatabaseConfig(arguments[0], arguments[1], arguments[2]);
    SigningKey key = SigningKeyFile.read(ORIGIN, arguments[3]);
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    Database database = Patience.untilItAnswers(() -> Database.open(config));
    Jdbi jdbi = database.withSubjectKey(TestDatabase.SUBJECT_KEY).jdbi();
    out.println(WAITING);
    if (input.readLine() != null) {
      Path file = Path.of(arguments[4]);
      Optional<Anchors> anchors = Patience.untilItAnswers(() -> anchors(file, jdbi, key, out));
      if (anchors.isPresent()) {
        integrate(jdbi, key, anchors.get(), Form.valueOf(arguments[5]));
        out.println(RUNNING);
        awaitEnd(input);
      }
    }
    System.exit(0);
  }

  /** Its input ends with the test that started it. */
  private static void awaitEnd(BufferedReader input) throws IOException {
    while (input.readLine() != null) {
      continue;
    }
  }

  private static Optional<Anchors> anchors(Path file, Jdbi jdbi, SigningKey key, PrintStream out) {
    try {
      return Optional.of(Anchors.open(List.of(file), jdbi, List.of(key.verifierKey())));
    } catch (AnchorException e) {
      out.println("refused: " + e.getMessage());
      return Optional.empty();
    }
  }

  private static void integrate(Jdbi jdbi, SigningKey key, Anchors anchors, Form form) {
    if (form == Form.OURS) {
      new Integrator(jdbi, key, anchors, Clock.systemUTC()).start();
    } else {
      Thread.ofPlatform().daemon().start(new NaiveIntegrator(jdbi, key, anchors, form)::run);
    }
  }
}
