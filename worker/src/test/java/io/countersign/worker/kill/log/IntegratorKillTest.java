package io.countersign.worker.kill.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.countersign.worker.engine.DebianPostgres;
import io.countersign.worker.kill.log.Figures.Deed;
import io.countersign.worker.kill.log.Figures.Finding;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A short run of the harness, with the naive integrators that it must catch. */
@Timeout(3_600)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IntegratorKillTest {
  private static final long SEED =
      Long.getLong("countersign.kill.seed", new Random().nextInt(1_000_000));

  /** Of a long run; none where none is wanted. */
  private static final int ROUNDS = Integer.getInteger("countersign.kill.rounds", 0);

  private static final int MOST_TRIES = 100;

  @TempDir private Path folder = Path.of("");
  private DebianPostgres server;

  @BeforeAll
  void open() {
    server = DebianPostgres.startOrSkip();
  }

  @AfterAll
  void close() {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void logStaysWholeWhateverBefallsItsIntegrators() throws Exception {
    Figures figures = play(Round.eachOnce(new Random(SEED)), false);
    assertThat(figures.count(Deed.KILLS)).isGreaterThanOrEqualTo(5);
    assertThat(figures.count(Deed.TAKEOVERS)).isPositive();
    assertThat(figures.count(Deed.CRASHES)).isEqualTo(2);
  }

  @Test
  void logStaysWholeThroughHundredsOfKills() throws Exception {
    assumeTrue(ROUNDS > 0, "hundreds of kills take long: dev/kill-harness");
    Figures figures = play(Round.many(ROUNDS, new Random(SEED)), true);
    assertThat(figures.count(Deed.ROUNDS)).isEqualTo(ROUNDS);
  }

  @Test
  void anchorThatIsAheadOfItsLogIsCaught() throws Exception {
    Figures figures = caught(Form.ANCHOR_FIRST, Blow.CUT_BOTH, Finding.DAMAGED);
    // It shows while the log is shorter, and later where other entries took the place.
    assertThat(figures.notes()).anyMatch(note -> note.contains("of the anchor"));
  }

  @Test
  void evidenceLostBetweenTwoIdsIsCaught() throws Exception {
    var unused = caught(Form.HIGHEST_ID, Blow.NONE, Finding.LOST);
  }

  @Test
  void forkOfTwoIntegratorsAtOnceIsCaught() throws Exception {
    var unused = caught(Form.LOCKLESS, Blow.NONE, Finding.DAMAGED);
  }

  private Figures play(List<Round> rounds, boolean isLong) throws Exception {
    long start = System.nanoTime();
    try (LogHarness harness = new LogHarness(server, Form.OURS, isLong, folder, SEED)) {
      var unused = harness.play(rounds, EnumSet.allOf(Finding.class));
      Figures figures = harness.settle();
      print(Form.OURS, figures);
      System.out.println(
          "it took " + Duration.ofNanos(System.nanoTime() - start).toSeconds() + " s");
      assertThat(figures.notes()).isEmpty();
      return figures;
    }
  }

  private Figures caught(Form form, Blow blow, Finding finding) throws Exception {
    try (LogHarness harness = new LogHarness(server, form, false, folder, SEED)) {
      List<Round> rounds = Round.aimed(blow, MOST_TRIES, new Random(SEED));
      Figures figures = harness.play(rounds, Set.of(finding));
      print(form, figures);
      assertThat(figures.count(finding)).isPositive();
      return figures;
    }
  }

  private static void print(Form form, Figures figures) {
    System.out.printf("measured: kills of integrators, %s, seed %d: %s%n", form, SEED, figures);
    figures.notes().forEach(note -> System.out.println("found: " + note));
  }
}
