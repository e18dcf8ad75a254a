package io.countersign.policy;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** How a group of the policy finds its people. */
sealed interface Group {

  boolean holds(String personId, Set<String> idpGroups, List<String> targetOwners);

  /** The identity provider's groups whose members may hold it. */
  Set<String> idpGroups(List<String> targetOwners);

  /** The members of a group of the identity provider. */
  record Idp(String name) implements Group {
    @Override
    public boolean holds(String personId, Set<String> idpGroups, List<String> targetOwners) {
      return idpGroups.contains(name);
    }

    @Override
    public Set<String> idpGroups(List<String> targetOwners) {
      return Set.of(name);
    }
  }

  /** Whoever owns the target's data, as config.yml says. */
  record OwnersOfTarget() implements Group {
    @Override
    public boolean holds(String personId, Set<String> idpGroups, List<String> targetOwners) {
      return targetOwners.contains("person:" + personId)
          || idpGroups.stream().anyMatch(group -> targetOwners.contains("group:" + group));
    }

    @Override
    public Set<String> idpGroups(List<String> targetOwners) {
      return targetOwners.stream()
          .filter(owner -> owner.startsWith("group:"))
          .map(owner -> owner.substring("group:".length()))
          .collect(Collectors.toSet());
    }
  }
}
