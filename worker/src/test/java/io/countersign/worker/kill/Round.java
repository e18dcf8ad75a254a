package io.countersign.worker.kill;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * One round of the harness, drawn from the seed.
 *
 * @param step where a blow has one
 * @param busy whether strangers work on the target meanwhile
 * @param early whether the worker goes on while a server is still down
 * @param delayNanos until the blow falls, where it has no step or falls after it
 */
record Round(
    int number,
    Blow blow,
    String step,
    boolean busy,
    boolean early,
    long delayNanos,
    List<Countable> statements) {
  private static final int MOST_ACTIONS = 4;
  private static final long LONGEST_AFTER_STEP = 4_000_000;
  private static final long LONGEST = 400_000_000;

  private static Round draw(int number, Blow blow, String step, Random random) {
    List<Countable> statements = new ArrayList<>();
    // Where strangers rest, a lone action is the only one that could flush the target's log.
    boolean busy = random.nextBoolean();
    int count = busy ? 1 + random.nextInt(MOST_ACTIONS) : 1;
    for (int i = 0; i < count; i++) {
      // The first one passes every step.
      Countable statement;
      do {
        statement = Countable.values()[random.nextInt(Countable.values().length)];
      } while (i == 0 && statement.units() == 0);
      statements.add(statement);
    }
    long longest = blow == Blow.KILL_AFTER_STEP ? LONGEST_AFTER_STEP : LONGEST;
    return new Round(
        number, blow, step, busy, random.nextBoolean(), random.nextLong(longest), statements);
  }

  /** Every blow at every step where it has one. */
  static List<Round> everywhere(Random random, List<String> steps, Blow... blows) {
    List<Round> rounds = new ArrayList<>();
    for (Blow blow : blows) {
      for (String step : blow.hasStep() ? steps : List.of("-")) {
        rounds.add(draw(0, blow, step, random));
      }
    }
    return rounds;
  }

  /** Every blow once, at one of the steps. */
  static List<Round> somewhere(Random random, List<String> steps, Blow... blows) {
    List<Round> rounds = new ArrayList<>();
    for (Blow blow : blows) {
      String step = blow.hasStep() ? steps.get(random.nextInt(steps.size())) : "-";
      rounds.add(draw(0, blow, step, random));
    }
    return rounds;
  }

  /** In an order of chance. */
  static List<Round> shuffled(List<Round> rounds, Random random) {
    List<Round> mixed = new ArrayList<>(rounds);
    Collections.shuffle(mixed, random);
    List<Round> numbered = new ArrayList<>();
    for (Round round : mixed) {
      numbered.add(round.numbered(numbered.size() + 1));
    }
    return numbered;
  }

  private Round numbered(int place) {
    return new Round(place, blow, step, busy, early, delayNanos, statements);
  }

  @Override
  public String toString() {
    return "round %d: %s at %s, %s strangers, %s"
        .formatted(number, blow, step, busy ? "busy" : "resting", statements);
  }
}
