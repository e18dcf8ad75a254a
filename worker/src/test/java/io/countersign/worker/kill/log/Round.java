package io.countersign.worker.kill.log;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * One round, drawn from the seed.
 *
 * @param victim which of the two the blow falls on
 * @param aimed whether it waits until the victim is in a transaction
 * @param delayNanos from then, or from the begin of the round, until it falls
 */
record Round(Blow blow, int victim, boolean aimed, long delayNanos) {
  /** As long as a transaction and the anchor's record after it take, with some margin. */
  private static final long LONGEST_AIMED = 15_000_000;

  private static final long LONGEST = 100_000_000;

  /** What is cheap comes more often. */
  private static final List<Blow> CYCLE =
      List.of(
          Blow.KILL_ONE,
          Blow.KILL_ONE,
          Blow.KILL_ONE,
          Blow.KILL_BOTH,
          Blow.KILL_BOTH,
          Blow.STOP,
          Blow.STOP_AND_CUT,
          Blow.STOP_AND_CUT,
          Blow.HOLD_ANCHOR,
          Blow.STOP_AND_KILL,
          Blow.CUT,
          Blow.CUT_BOTH,
          Blow.CRASH,
          Blow.CRASH_AND_KILL);

  /** Each blow once, in an order of chance. */
  static List<Round> eachOnce(Random random) {
    return shuffled(List.of(Blow.values()), random);
  }

  /** That many, each blow as often as the others of its cost. */
  static List<Round> many(int rounds, Random random) {
    List<Round> all = new ArrayList<>();
    while (all.size() < rounds) {
      all.addAll(shuffled(CYCLE, random));
    }
    return List.copyOf(all.subList(0, rounds));
  }

  /** That many of one blow, all of them aimed. */
  static List<Round> aimed(Blow blow, int rounds, Random random) {
    List<Round> all = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      all.add(draw(blow, true, random));
    }
    return all;
  }

  private static List<Round> shuffled(List<Blow> blows, Random random) {
    List<Round> rounds = new ArrayList<>();
    for (Blow blow : blows) {
      // Chance alone would mostly fall into the pause between two batches.
      rounds.add(draw(blow, random.nextInt(4) != 0, random));
    }
    Collections.shuffle(rounds, random);
    return rounds;
  }

  private static Round draw(Blow blow, boolean aimed, Random random) {
    long longest = aimed ? LONGEST_AIMED : LONGEST;
    return new Round(blow, random.nextInt(Integrators.COUNT), aimed, random.nextLong(longest));
  }
}
