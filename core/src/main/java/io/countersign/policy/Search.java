package io.countersign.policy;

import io.countersign.policy.Candidates.Dimension;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Looks for facts that make something true: all of them, or a fixed choice if there are many. */
record Search(int most) {

  /** UNDECIDED where nothing was found but not everything was tried. */
  enum Found {
    YES,
    NO,
    UNDECIDED
  }

  Found search(List<Dimension> dimensions, Predicate<Map<String, Object>> wanted) {
    long product = 1;
    for (Dimension dimension : dimensions) {
      product = Math.min(Integer.MAX_VALUE, product * dimension.choices().size());
    }
    boolean all = product <= most;
    for (int i = 0; i < (all ? product : most); i++) {
      if (wanted.test(Candidates.variables(choose(dimensions, i, all)))) {
        return Found.YES;
      }
    }
    return all ? Found.NO : Found.UNDECIDED;
  }

  private static List<Map<String, Object>> choose(
      List<Dimension> dimensions, int number, boolean all) {
    List<Map<String, Object>> chosen = new ArrayList<>();
    long rest = number;
    for (Dimension dimension : dimensions) {
      int size = dimension.choices().size();
      if (all) {
        chosen.add(dimension.choices().get((int) (rest % size)));
        rest /= size;
      } else {
        rest = mixed(rest + 1);
        chosen.add(dimension.choices().get((int) Long.remainderUnsigned(rest, size)));
      }
    }
    return chosen;
  }

  /** Scatters numbers the same way every time: the finisher of SplitMix64. */
  private static long mixed(long number) {
    long z = number * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
