package io.countersign.worker.kill;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.countersign.action.ActionId;
import io.countersign.action.Digest;
import io.countersign.activity.execution.ProbedExecution;
import io.countersign.activity.targets.TargetConfig.Guarantee;
import io.countersign.activity.targets.TargetDatabase;
import io.countersign.store.Database;
import io.countersign.store.DatabaseConfig;
import io.countersign.store.TestDatabase;
import io.countersign.workflow.ExecutionActivities;
import io.temporal.failure.ApplicationFailure;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * A worker that lives to be killed: reads on its input what to execute and at which step to wait,
 * and tells on its output at which step it is. What Temporal does, to try again until an answer
 * comes, it does by itself.
 */
public final class KilledMain {
  /** Runs the statement again after every doubt, as a retry would that knows no better. */
  static final String NAIVE = "NAIVE";

  /** Where the target's URL stands among the arguments. */
  static final int TARGET = 3;

  private static final long LONGEST_PAUSE_MILLIS = 300;

  private final PrintStream out;
  private final AtomicReference<@Nullable Trap> trap = new AtomicReference<>();

  /** Whoever reaches this step first waits there. */
  private record Trap(String step, CountDownLatch release) {}

  private KilledMain(PrintStream out) {
    this.out = out;
  }

  /** Arguments: the control database's URL, user and password, the target's URL, the guarantee. */
  public static void main(String[] arguments) throws IOException {
    var main = new KilledMain(System.out);
    System.setOut(System.err);
    ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.INFO);
    var control = new DatabaseConfig(arguments[0], arguments[1], arguments[2]);
    try (Database database = Database.open(control).withSubjectKey(TestDatabase.SUBJECT_KEY);
        var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      main.obey(input, main.execution(database, arguments[TARGET], arguments[4]));
    }
    System.exit(0);
  }

  private ExecutionActivities execution(Database database, String target, String guarantee) {
    BiConsumer<String, ActionId> probe = this::reached;
    if (guarantee.equals(NAIVE)) {
      return new NaiveExecution(database.jdbi(), target, probe);
    }
    var config = TargetSide.config(target, Guarantee.valueOf(guarantee));
    TargetDatabase shop = ProbedExecution.target(TargetSide.NAME, config);
    return ProbedExecution.of(database.jdbi(), ControlSide.vault(database), shop, probe);
  }

  private void obey(BufferedReader input, ExecutionActivities execution) throws IOException {
    out.println("ready");
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      String[] words = line.split(" ", -1);
      switch (words[0]) {
        case "trap" -> trap.set(new Trap(words[1], new CountDownLatch(1)));
        case "go" -> release();
        case "run" -> {
          var id = new ActionId(words[1]);
          var digest = new Digest(words[2]);
          Thread.ofPlatform().daemon().start(() -> untilDone(execution, id, digest));
        }
        default -> throw new IllegalArgumentException(line);
      }
    }
  }

  private void release() {
    Trap set = trap.getAndSet(null);
    if (set != null) {
      set.release().countDown();
    }
  }

  private void reached(String step, ActionId id) {
    out.println("at " + id + " " + step);
    Trap set = trap.get();
    if (set != null && set.step().equals(step)) {
      out.println("trapped " + id + " " + step);
      try {
        set.release().await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void untilDone(ExecutionActivities execution, ActionId id, Digest digest) {
    for (int attempt = 1; ; attempt++) {
      try {
        out.println("done " + id + " " + execution.execute(id, digest).status());
        return;
      } catch (ApplicationFailure e) {
        if (e.isNonRetryable()) {
          out.println("refused " + id + " " + e.getType());
          return;
        }
        pause(Math.min(LONGEST_PAUSE_MILLIS, 20L << Math.min(attempt, 6)));
      }
    }
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(ThreadLocalRandom.current().nextLong(millis / 2, millis));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
