package io.countersign.worker.kill.log;

import io.countersign.audit.SigningKey;
import io.countersign.store.Database;
import io.countersign.store.DatabaseConfig;
import io.countersign.store.TestDatabase;
import io.countersign.store.evidence.AuditDao;
import io.countersign.store.integration.SigningKeyFile;
import io.countersign.store.verification.AuditReport;
import io.countersign.worker.engine.DebianPostgres;
import io.countersign.worker.kill.Patience;
import io.countersign.worker.kill.log.Figures.Deed;
import io.countersign.worker.kill.log.Figures.Finding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jdbi.v3.core.Jdbi;

/**
 * Two integrators in processes of their own move evidence into one log while it is written; they
 * are killed, stopped and cut off, their server is stopped as by a power cut. After each blow the
 * whole log is verified, before anybody takes the place of the dead.
 */
final class LogHarness implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration MOMENT = Duration.ofSeconds(2);

  /** Longer than the database lets a session stand still in a transaction. */
  private static final Duration TAKEOVER = Duration.ofSeconds(45);

  /** A refusal of the tables is what the form without a lock would be saved by. */
  private static final String NO_KEYS =
      """
      alter table audit_entry drop constraint audit_entry_pkey,
        drop constraint audit_entry_event_id_key;
      alter table audit_checkpoint drop constraint audit_checkpoint_pkey;
      """;

  private final DebianPostgres server;
  private final Database database;
  private final Jdbi jdbi;
  private final Figures figures = new Figures();
  private final Form form;
  private final Duration takeover;
  private final Path anchor;
  private final Path progress;
  private final LogCheck check;
  private final Writers writers;
  private final Integrators integrators;

  /**
   * @param isLong whether it waits for as long as one that stands still may hold up the other
   */
  LogHarness(DebianPostgres server, Form form, boolean isLong, Path folder, long seed)
      throws IOException {
    this.server = server;
    this.form = form;
    takeover = isLong ? TAKEOVER : MOMENT;
    anchor = Integrators.anchor(folder);
    progress = Path.of("target", "kill-harness-INTEGRATOR-" + form + ".log");
    Files.createFile(Integrators.log(folder));
    SigningKey key = SigningKeyFile.readOrCreate(IntegratorMain.ORIGIN, Integrators.key(folder));
    DatabaseConfig config =
        server.database(form.name().toLowerCase(Locale.ROOT) + "_" + System.nanoTime());
    database = Database.open(config).withSubjectKey(TestDatabase.SUBJECT_KEY);
    database.migrate();
    jdbi = database.jdbi();
    if (form == Form.LOCKLESS) {
      jdbi.useHandle(handle -> handle.createScript(NO_KEYS).execute());
    }
    check = new LogCheck(jdbi, folder, key.verifierKey(), figures);
    integrators = new Integrators(config, folder, form, isLong ? 2 : 0, figures);
    writers = new Writers(jdbi, seed);
  }

  /** Plays the rounds until one of these is found. */
  Figures play(List<Round> rounds, Set<Finding> enough) {
    for (Round round : rounds) {
      integrators.fill();
      // One that is naive may be stuck, which others see sooner.
      if (form == Form.OURS && !grows(1, PATIENCE)) {
        figures.found(Finding.STUCK, "the log does not grow before " + round);
      }
      strike(round);
      figures.did(Deed.ROUNDS);
      check.check(figures.count(Deed.ROUNDS) + " " + round);
      tell();
      if (enough.stream().anyMatch(finding -> figures.count(finding) > 0)) {
        return figures;
      }
    }
    return figures;
  }

  /** Lets the writers end and everything settle; counts once more. */
  Figures settle() throws InterruptedException {
    integrators.fill();
    writers.finish();
    if (!await(() -> waiting() == 0, PATIENCE)) {
      figures.found(Finding.STUCK, "the outbox is not empty at the end");
    }
    AuditReport report = check.check("at the end");
    check.compare(writers.committed(), writers.rolledBack());
    figures.ended(writers + "; " + report);
    return figures;
  }

  private void strike(Round round) {
    IntegratorProcess victim = integrators.get(round.victim());
    IntegratorProcess other = integrators.get(Integrators.COUNT - 1 - round.victim());
    aim(round, victim);
    switch (round.blow()) {
      case NONE -> {}
      case KILL_ONE -> kill(victim);
      case KILL_BOTH -> {
        kill(victim);
        kill(other);
      }
      case STOP -> stop(victim, () -> {});
      case STOP_AND_CUT -> stop(victim, () -> cut(victim));
      case HOLD_ANCHOR -> holdAnchor();
      case STOP_AND_KILL -> {
        victim.stop();
        figures.did(Deed.STOPS);
        kill(other);
        victim.wake();
      }
      case CUT -> cut(victim);
      case CUT_BOTH -> {
        cut(victim);
        cut(other);
      }
      case CRASH -> crash(() -> {});
      case CRASH_AND_KILL -> crash(() -> kill(victim));
    }
  }

  private void aim(Round round, IntegratorProcess victim) {
    if (round.aimed() && !await(() -> isWriting(victim), MOMENT)) {
      figures.did(Deed.UNAIMED);
    }
    LockSupport.parkNanos(round.delayNanos());
  }

  private boolean isWriting(IntegratorProcess one) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    select exists (select from pg_stat_activity
                      where application_name = ? and backend_xid is not null)
                    """)
                .bind(0, one.name())
                .mapTo(Boolean.class)
                .one());
  }

  private void kill(IntegratorProcess one) {
    one.kill();
    figures.did(Deed.KILLS);
  }

  private void stop(IntegratorProcess victim, Runnable then) {
    victim.stop();
    figures.did(Deed.STOPS);
    then.run();
    // Twice, because the first batch may have been on its way.
    if (grows(2, takeover)) {
      figures.did(Deed.TAKEOVERS);
    } else if (takeover.compareTo(MOMENT) > 0) {
      figures.found(Finding.HELD_UP, "nobody took over from one that stood still");
    }
    victim.wake();
  }

  /** To the integrators this process is another one, which stops in the middle of its record. */
  private void holdAnchor() {
    try (FileChannel file = FileChannel.open(anchor, StandardOpenOption.APPEND);
        FileLock held = file.lock()) {
      figures.did(Deed.STOPS);
      // Each of them may sign once before it waits for the anchor.
      if (held.isValid() && grows(Integrators.COUNT + 1, TAKEOVER)) {
        figures.did(Deed.TAKEOVERS);
      } else {
        figures.found(Finding.HELD_UP, "nobody goes on while somebody has the anchor's lock");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void cut(IntegratorProcess one) {
    jdbi.useHandle(
        handle ->
            handle.execute(
                """
                select pg_terminate_backend(pid, 5000) from pg_stat_activity
                where application_name = ?
                """,
                one.name()));
    figures.did(Deed.CUTS);
  }

  private void crash(Runnable meanwhile) {
    server.stop(true);
    meanwhile.run();
    server.start();
    figures.did(Deed.CRASHES);
  }

  private boolean grows(int times, Duration time) {
    for (int i = 0; i < times; i++) {
      long before = Patience.untilItAnswers(this::size);
      if (!await(() -> size() > before, time)) {
        return false;
      }
    }
    return true;
  }

  private static boolean await(BooleanSupplier condition, Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (!Patience.untilItAnswers(condition::getAsBoolean)) {
      if (System.nanoTime() > end) {
        return false;
      }
      Thread.onSpinWait();
    }
    return true;
  }

  private long size() {
    return jdbi.withExtension(AuditDao.class, dao -> dao.head().orElseThrow().size());
  }

  private long waiting() {
    return jdbi.withExtension(AuditDao.class, AuditDao::countWaiting);
  }

  /** Into a file, because what a test prints is seen when it is over. */
  private void tell() {
    try {
      Files.writeString(progress, figures + "\n" + String.join("\n", figures.notes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    writers.close();
    integrators.close();
    database.close();
  }
}
