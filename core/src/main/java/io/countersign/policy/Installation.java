package io.countersign.policy;

import io.countersign.action.Target;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What an installation tells of the world that a policy speaks about.
 *
 * @param targets of config.yml, or none if they are not known
 * @param heldGroups the identity provider's groups that some person holds; empty if that is not
 *     known
 */
public record Installation(List<Target> targets, Optional<Set<String>> heldGroups) {
  /** For a policy looked at alone. */
  public static final Installation UNKNOWN = new Installation(List.of(), Optional.empty());

  public Installation {
    targets = List.copyOf(targets);
    heldGroups = heldGroups.map(Set::copyOf);
  }
}
