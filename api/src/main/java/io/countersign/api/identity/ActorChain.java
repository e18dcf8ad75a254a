package io.countersign.api.identity;

import com.nimbusds.jwt.JWTClaimsSet;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who acts for whom in a token: the {@code act} claims of RFC 8693, outermost (acting now) first.
 *
 * @param names every name of every actor
 */
record ActorChain(List<String> names) {
  private static final int DEEPEST = 10;

  ActorChain {
    names = List.copyOf(names);
  }

  /** A chain that cannot be read whole is refused: a party nobody saw could approve. */
  static ActorChain read(JWTClaimsSet claims, String actClaim, String personClaim) {
    Set<String> names = new LinkedHashSet<>();
    Object act = claims.getClaim(actClaim);
    for (int depth = 0; act != null; depth++) {
      if (depth == DEEPEST) {
        throw SignedClaims.refused("an actor chain of at most " + DEEPEST + " actors is expected");
      }
      if (!(act instanceof Map<?, ?> actor)) {
        throw SignedClaims.refused("an actor chain of objects with `sub` is expected");
      }
      names.addAll(namesOf(actor, personClaim));
      act = actor.get(actClaim);
    }
    return new ActorChain(List.copyOf(names));
  }

  private static List<String> namesOf(Map<?, ?> actor, String personClaim) {
    List<String> names = new ArrayList<>();
    for (String claim : new LinkedHashSet<>(List.of("sub", "client_id", personClaim))) {
      Object name = actor.get(claim);
      if (name instanceof String text) {
        names.add(PersonName.id(text));
      } else if (name != null) {
        throw SignedClaims.refused("an actor's `" + claim + "` is expected to be text");
      }
    }
    if (names.isEmpty()) {
      throw SignedClaims.refused("an actor chain of objects with `sub` is expected");
    }
    return names;
  }

  boolean isEmpty() {
    return names.isEmpty();
  }

  Optional<String> firstOf(List<String> allowed) {
    return names.stream().filter(allowed::contains).findFirst();
  }

  Optional<String> firstNotOf(List<String> agents) {
    return names.stream().filter(name -> !agents.contains(name)).findFirst();
  }
}
