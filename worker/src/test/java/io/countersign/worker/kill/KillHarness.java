package io.countersign.worker.kill;

import io.countersign.worker.engine.DebianPostgres;
import io.countersign.worker.engine.PgBouncer;
import io.countersign.worker.kill.Figures.Deed;
import io.countersign.worker.kill.Figures.Finding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Real workers in processes of their own execute against real servers; they are killed, stopped and
 * raced, the servers are stopped as by a power cut. After each round things settle, and everything
 * is counted.
 *
 * <p>The workers call the execution itself and try again as Temporal would: that allows hundreds of
 * kills in minutes. That Temporal does try again is shown elsewhere, with a real one.
 */
final class KillHarness implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int BURST = 60;
  private static final int TELL = 50;

  private final DebianPostgres controlServer;
  private final DebianPostgres targetServer;
  private final ControlSide control;
  private final TargetSide target;
  private final ForeignTraffic traffic;
  private final Wire wire;
  private final Workers workers;
  private final @Nullable PgBouncer pooler;
  private final Count count;
  private final Figures figures = new Figures();
  private final List<Approved> everything = new ArrayList<>();
  private final String url;
  private final Path progress;
  private long nextKey = 1;

  private KillHarness(
      DebianPostgres controlServer, DebianPostgres targetServer, Form form, Path log, long seed)
      throws IOException {
    this.controlServer = controlServer;
    this.targetServer = targetServer;
    control = new ControlSide(controlServer.database("control"));
    target = new TargetSide(targetServer.database("counted"));
    traffic = new ForeignTraffic(target, seed);
    progress = Path.of("target", "kill-harness-" + form.name() + ".log");
    var role = TargetSide.login();
    pooler =
        form.isPooled() ? PgBouncer.startOrSkip(targetServer, role.user(), role.password()) : null;
    url = pooler == null ? target.url() : pooler.url(target.url());
    wire = Wire.to(url);
    var login = control.config();
    workers =
        new Workers(
            log, List.of(login.url(), login.user(), login.password(), url, form.guarantee()));
    count = new Count(control, target, form, figures);
  }

  /** Starts the servers, or skips the test and says why. */
  static KillHarness startOrSkip(Form form, Path log, long seed) throws IOException {
    DebianPostgres control = DebianPostgres.startOrSkip();
    // A late writer leaves more in memory for a crash to lose; a commit is flushed as ever.
    DebianPostgres target = DebianPostgres.startOrSkip("wal_writer_delay=10s");
    return new KillHarness(control, target, form, log, seed);
  }

  /** Plays the rounds, counts after each, and once more at the end. */
  Figures play(List<Round> rounds) {
    for (Round round : rounds) {
      List<Approved> actions = approve(round);
      everything.addAll(actions);
      traffic.busy(round.busy());
      strike(round, actions);
      settle(actions);
      actions.forEach(action -> count.add(round, action));
      if (round.number() % TELL == 0) {
        tell("round %d of %d: %s%n".formatted(round.number(), rounds.size(), figures));
      }
    }
    traffic.busy(false);
    count.again(everything);
    return figures;
  }

  /** Into a file, because what a test prints is seen when it is over. */
  private void tell(String line) {
    try {
      String text = line + String.join("\n", figures.notes()) + "\n";
      Files.writeString(progress, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<Approved> approve(Round round) {
    List<Approved> actions = new ArrayList<>();
    target.prepare(nextKey, nextKey + round.statements().size() - 1);
    for (Countable statement : round.statements()) {
      actions.add(control.approve(statement, nextKey++));
    }
    return actions;
  }

  private void strike(Round round, List<Approved> actions) {
    switch (round.blow()) {
      case KILL_AT_STEP -> trapped(round, actions, this::kill);
      case KILL_AFTER_STEP -> {
        KilledWorker worker = workers.take();
        worker.run(actions);
        worker.isAt(PATIENCE, actions.getFirst().id(), round.step());
        LockSupport.parkNanos(round.delayNanos());
        kill(worker);
      }
      case KILL_ANYTIME -> {
        KilledWorker worker = workers.take();
        worker.run(actions);
        LockSupport.parkNanos(round.delayNanos());
        kill(worker);
      }
      case STOP_AT_STEP -> trapped(round, actions, worker -> pause(worker, actions));
      case RACE, RACE_AND_KILL -> race(round, actions);
      case TARGET_CRASH_AT_STEP -> trapped(round, actions, worker -> crashTarget(round, worker));
      case TARGET_CRASH_AND_KILL ->
          trapped(
              round,
              actions,
              worker -> {
                targetServer.stop(true);
                kill(worker);
                targetBack(round);
              });
      case CONTROL_CRASH_AT_STEP -> trapped(round, actions, worker -> crashControl(round, worker));
      case TARGET_CRASH_ANYTIME -> anytime(round, actions, worker -> crashTarget(round, worker));
      case CONTROL_CRASH_ANYTIME -> anytime(round, actions, worker -> crashControl(round, worker));
      case CUT_AT_STEP ->
          trapped(
              round,
              actions,
              worker -> {
                target.cutConnections();
                figures.did(Deed.CUTS);
              });
      case COMMIT_LOST -> overWire(actions, Wire.Break.BEFORE_COMMIT);
      case REPLY_LOST -> overWire(actions, Wire.Break.AFTER_COMMIT);
    }
  }

  /** What happens while a worker stands at the step. */
  private interface AtStep {
    void happen(KilledWorker worker);
  }

  private void trapped(Round round, List<Approved> actions, AtStep blow) {
    KilledWorker worker = workers.take();
    worker.trap(round.step());
    worker.run(actions);
    if (worker.isTrapped(PATIENCE, actions)) {
      blow.happen(worker);
    } else {
      figures.did(Deed.MISSED);
    }
    worker.release();
    end(worker, actions);
  }

  private void anytime(Round round, List<Approved> actions, AtStep blow) {
    KilledWorker worker = workers.take();
    worker.run(actions);
    LockSupport.parkNanos(round.delayNanos());
    blow.happen(worker);
    end(worker, actions);
  }

  /** One that lives on must come to an end of its own. */
  private void end(KilledWorker worker, List<Approved> actions) {
    if (worker.isAlive()) {
      if (!worker.isDone(PATIENCE, actions)) {
        figures.found(Finding.STUCK, "worker " + actions, "a worker that lived on: " + actions);
      }
      workers.giveBack(worker);
    }
  }

  private void kill(KilledWorker worker) {
    worker.kill();
    figures.did(Deed.KILLS);
  }

  private void pause(KilledWorker worker, List<Approved> actions) {
    worker.stop();
    figures.did(Deed.STOPS);
    KilledWorker second = workers.take();
    second.run(actions);
    end(second, actions);
    worker.wake();
  }

  private void race(Round round, List<Approved> actions) {
    KilledWorker one = workers.take();
    KilledWorker other = workers.take();
    one.run(actions);
    other.run(actions);
    figures.did(Deed.RACES);
    if (round.blow() == Blow.RACE_AND_KILL) {
      LockSupport.parkNanos(round.delayNanos());
      kill(one);
    }
    end(one, actions);
    end(other, actions);
  }

  private void crashTarget(Round round, KilledWorker worker) {
    targetServer.stop(true);
    if (round.early()) {
      worker.release();
    }
    targetBack(round);
  }

  private void targetBack(Round round) {
    targetServer.start();
    figures.did(Deed.TARGET_CRASHES);
    if (!round.busy()) {
      traffic.burst(BURST);
    }
  }

  private void crashControl(Round round, KilledWorker worker) {
    controlServer.stop(true);
    if (round.early()) {
      worker.release();
    }
    controlServer.start();
    figures.did(Deed.CONTROL_CRASHES);
  }

  private void overWire(List<Approved> actions, Wire.Break where) {
    long before = wire.breaks();
    try (KilledWorker worker = workers.over(wire.url(url))) {
      wire.breakNextCommit(where);
      worker.run(actions);
      worker.isDone(PATIENCE, actions);
      wire.breakNextCommit(Wire.Break.NONE);
    }
    figures.did(wire.breaks() > before ? Deed.CUTS : Deed.MISSED);
  }

  /** Somebody looks at every action again until it answers, as Temporal would. */
  private void settle(List<Approved> actions) {
    KilledWorker worker = workers.take();
    worker.run(actions);
    end(worker, actions);
  }

  @Override
  public void close() throws IOException {
    traffic.close();
    workers.close();
    wire.close();
    if (pooler != null) {
      pooler.close();
    }
    control.close();
    controlServer.close();
    targetServer.close();
  }
}
