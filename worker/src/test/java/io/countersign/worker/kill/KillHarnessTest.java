package io.countersign.worker.kill;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.activity.ProbedExecution;
import io.countersign.worker.kill.Figures.Deed;
import io.countersign.worker.kill.Figures.Finding;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A short run of the harness, with the naive retry that it must catch. */
class KillHarnessTest {
  private static final long SEED =
      Long.getLong("countersign.kill.seed", new Random().nextInt(1_000_000));

  @TempDir private Path folder;

  @Test
  void ledgerExecutesOnceWhateverBefalls() throws IOException {
    Random random = new Random(SEED);
    List<Round> rounds = new ArrayList<>();
    rounds.addAll(Round.plan(random, ProbedExecution.steps(), List.of(Blow.KILL_AT_STEP)));
    List<Blow> others = new ArrayList<>(List.of(Blow.values()));
    others.remove(Blow.KILL_AT_STEP);
    for (Blow blow : others) {
      rounds.addAll(Round.plan(random, List.of(anyStep(random)), List.of(blow)));
    }
    play(Form.LEDGER, rounds, random);
  }

  private static String anyStep(Random random) {
    List<String> steps = ProbedExecution.steps();
    return steps.get(random.nextInt(steps.size()));
  }

  @Test
  void retryThatKnowsNoBetterIsCaught() throws IOException {
    Random random = new Random(SEED);
    List<Round> rounds =
        Round.plan(random, List.of("COMMITTED"), List.of(Blow.KILL_AT_STEP, Blow.REPLY_LOST));
    try (KillHarness harness = KillHarness.startOrSkip(Form.NAIVE, folder.resolve("log"), SEED)) {
      Figures figures = harness.play(rounds);
      print(Form.NAIVE, figures);
      assertThat(figures.count(Deed.KILLS)).isPositive();
      assertThat(figures.count(Finding.DOUBLE)).isGreaterThanOrEqualTo(2);
    }
  }

  private void play(Form form, List<Round> rounds, Random random) throws IOException {
    Collections.shuffle(rounds, random);
    try (KillHarness harness = KillHarness.startOrSkip(form, folder.resolve("log"), SEED)) {
      Figures figures = harness.play(rounds);
      print(form, figures);
      SoftAssertions.assertSoftly(
          softly -> {
            softly.assertThat(figures.notes()).isEmpty();
            softly.assertThat(figures.count(Deed.KILLS)).isPositive();
            softly.assertThat(figures.count(Deed.TARGET_CRASHES)).isPositive();
          });
    }
  }

  private static void print(Form form, Figures figures) {
    System.out.printf("measured: kill harness, %s, seed %d: %s%n", form, SEED, figures);
    figures.notes().forEach(System.out::println);
  }
}
