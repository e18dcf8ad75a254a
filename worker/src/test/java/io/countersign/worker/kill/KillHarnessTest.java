package io.countersign.worker.kill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.countersign.activity.execution.ProbedExecution;
import io.countersign.worker.kill.Figures.Deed;
import io.countersign.worker.kill.Figures.Finding;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A short run of the harness, with the naive retry that it must catch. */
class KillHarnessTest {
  private static final long SEED =
      Long.getLong("countersign.kill.seed", new Random().nextInt(1_000_000));

  /** The form of a long run; empty where none is wanted. */
  private static final String LONG = System.getProperty("countersign.kill", "");

  private static final int CYCLES = Integer.getInteger("countersign.kill.cycles", 11);
  private static final int KILLS_OF_CYCLE = 37;
  private static final int CRASHES_OF_CYCLE = 9;

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(
      value = Form.class,
      names = {"LEDGER", "XID"})
  void executesOnceWhateverBefalls(Form form) throws IOException {
    Random random = new Random(SEED);
    List<String> steps = ProbedExecution.steps();
    List<Round> rounds = Round.everywhere(random, steps, Blow.KILL_AT_STEP);
    rounds.addAll(Round.somewhere(random, steps, Blow.values()));
    Figures figures = play(form, rounds, random);
    assertThat(figures.count(Deed.KILLS)).isPositive();
    assertThat(figures.count(Deed.TARGET_CRASHES)).isPositive();
  }

  @ParameterizedTest
  @EnumSource(
      value = Form.class,
      names = {"AT_MOST_ONCE", "LEDGER_POOLED"})
  void neverExecutesTwice(Form form) throws IOException {
    Random random = new Random(SEED);
    Blow[] blows = {
      Blow.KILL_AT_STEP, Blow.STOP_AT_STEP, Blow.RACE, Blow.TARGET_CRASH_AT_STEP, Blow.REPLY_LOST
    };
    Figures figures = play(form, Round.somewhere(random, List.of("RAN", "PENDING"), blows), random);
    assertThat(figures.count(Deed.KILLS)).isPositive();
  }

  @Test
  void retryThatKnowsNoBetterIsCaught() throws IOException {
    Random random = new Random(SEED);
    List<Round> rounds =
        Round.everywhere(random, List.of("COMMITTED"), Blow.KILL_AT_STEP, Blow.REPLY_LOST);
    try (KillHarness harness = KillHarness.startOrSkip(Form.NAIVE, folder.resolve("log"), SEED)) {
      Figures figures = harness.play(rounds);
      print(Form.NAIVE, figures);
      assertThat(figures.count(Deed.KILLS)).isPositive();
      assertThat(figures.count(Finding.DOUBLE)).isGreaterThanOrEqualTo(2);
    }
  }

  @Test
  void executesOnceThroughHundredsOfKills() throws IOException {
    assumeFalse(LONG.isEmpty(), "hundreds of kills take long: dev/kill-harness");
    Random random = new Random(SEED);
    List<Round> rounds = new ArrayList<>();
    for (int cycle = 0; cycle < CYCLES; cycle++) {
      rounds.addAll(cycle(random, cycle));
    }
    Figures figures = play(Form.valueOf(LONG), rounds, random);
    assertThat(figures.count(Deed.KILLS)).isGreaterThanOrEqualTo(KILLS_OF_CYCLE * CYCLES);
    assertThat(figures.count(Deed.TARGET_CRASHES))
        .isGreaterThanOrEqualTo(CRASHES_OF_CYCLE * CYCLES);
  }

  private static List<Round> cycle(Random random, int cycle) {
    List<String> steps = ProbedExecution.steps();
    List<Round> rounds = new ArrayList<>();
    for (int twice = 0; twice < 2; twice++) {
      rounds.addAll(
          Round.everywhere(
              random, steps, Blow.KILL_AT_STEP, Blow.KILL_AFTER_STEP, Blow.RACE_AND_KILL));
      rounds.addAll(
          Round.somewhere(random, steps, Blow.KILL_ANYTIME, Blow.KILL_ANYTIME, Blow.RACE));
    }
    rounds.addAll(
        Round.everywhere(
            random, steps, Blow.STOP_AT_STEP, Blow.TARGET_CRASH_AT_STEP, Blow.CUT_AT_STEP));
    rounds.addAll(Round.somewhere(random, steps, Blow.values()));
    if (cycle % 3 == 0) {
      rounds.addAll(Round.everywhere(random, steps, Blow.CONTROL_CRASH_AT_STEP));
    }
    return rounds;
  }

  private Figures play(Form form, List<Round> rounds, Random random) throws IOException {
    long start = System.nanoTime();
    try (KillHarness harness = KillHarness.startOrSkip(form, folder.resolve("log"), SEED)) {
      Figures figures = harness.play(Round.shuffled(rounds, random));
      print(form, figures);
      System.out.println(
          "it took " + Duration.ofNanos(System.nanoTime() - start).toSeconds() + " s");
      if (form.mayNotKnow()) {
        assertThat(figures.notes()).allMatch(note -> note.startsWith(Finding.UNKNOWN.name()));
      } else {
        assertThat(figures.notes()).isEmpty();
      }
      return figures;
    }
  }

  private static void print(Form form, Figures figures) {
    System.out.printf("measured: kill harness, %s, seed %d: %s%n", form, SEED, figures);
    figures.notes().forEach(System.out::println);
  }
}
