package io.countersign.activity.targets;

import io.countersign.sql.Resolution;
import io.countersign.sql.SafeText;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What of a target's catalogue is not as it was judged, in words that may be shown. */
public final class Differences {
  private static final int SHOWN = 5;
  private static final int SHOWN_CHARACTERS = 140;

  private Differences() {}

  /** The first few subjects, and how many more; empty if nothing is different. */
  public static List<String> of(Resolution now, @Nullable Resolution before) {
    List<String> all =
        now.differencesFrom(before == null ? Resolution.objecting("never looked at") : before);
    List<String> shown = new ArrayList<>();
    all.stream()
        .limit(SHOWN)
        .map(subject -> SafeText.line(subject, SHOWN_CHARACTERS))
        .forEach(shown::add);
    if (all.size() > SHOWN) {
      shown.add((all.size() - SHOWN) + " more");
    }
    return List.copyOf(shown);
  }

  /** Throws where something is different. */
  public static void refuseAny(Resolution now, @Nullable Resolution before) throws ExecutionFault {
    List<String> differences = of(now, before);
    if (!differences.isEmpty()) {
      throw ExecutionFault.of(ExecutionFault.Kind.CATALOGUE_CHANGED, sentence(differences));
    }
  }

  /** One sentence of them. */
  public static String sentence(List<String> subjects) {
    return "what it touches is not what was judged: "
        + (subjects.isEmpty() ? "its facts" : String.join(", ", subjects));
  }
}
