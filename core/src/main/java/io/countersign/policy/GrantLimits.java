package io.countersign.policy;

import io.countersign.policy.Facts.Grant;
import io.countersign.policy.Rule.RuleLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.SequencedSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What rules say of a role that shall be granted: for how long at most, and which of the attributes
 * that give the whole server away they name. What no rule names is refused.
 */
final class GrantLimits {
  /** With any of them a role gets past everything that is not granted to it. */
  static final SequencedSet<String> RISKY =
      Collections.unmodifiableSequencedSet(
          new LinkedHashSet<>(
              Arrays.asList(
                  "superuser",
                  "replication",
                  "createrole",
                  "pg_execute_server_program",
                  "pg_read_server_files",
                  "pg_write_server_files")));

  private GrantLimits() {}

  /** Why the role is not granted as asked; empty for every other kind of action. */
  static List<String> refusals(Facts facts, List<Rule> rules) {
    Grant grant = facts.grant();
    if (grant == null) {
      return List.of();
    }
    List<RuleLimits> limits = rules.stream().map(Rule::limits).toList();
    List<String> refusals = new ArrayList<>();
    limits.stream()
        .map(RuleLimits::maxDuration)
        .filter(Objects::nonNull)
        .min(Duration::compareTo)
        .filter(longest -> exceeds(grant.duration(), longest))
        .ifPresent(
            longest -> refusals.add("roles are granted for at most " + Durations.show(longest)));
    Set<String> named =
        limits.stream()
            .flatMap(limit -> limit.roleAttributes().stream())
            .collect(Collectors.toSet());
    List<String> unnamed =
        RISKY.stream()
            .filter(attribute -> grant.attributes().contains(attribute))
            .filter(attribute -> !named.contains(attribute))
            .toList();
    if (!unnamed.isEmpty()) {
      refusals.add(
          "the role has %s, which no rule names in `role_attributes`"
              .formatted(String.join(", ", unnamed)));
    }
    return refusals;
  }

  /** Without an end it exceeds every limit. */
  private static boolean exceeds(@Nullable Duration asked, Duration longest) {
    return asked == null || asked.compareTo(longest) > 0;
  }
}
