package io.countersign.api.identity;

import io.countersign.action.PrincipalType;
import java.security.Principal;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who is calling, as the identity provider vouches for it.
 *
 * @param id a person's immutable subject, or an agent's client id
 * @param idpGroups the identity provider's groups
 * @param roles granted by groups in config.yml
 * @param onBehalfOf the human an agent acts for, where its token names one
 * @param actors every other subject in the token's actor chain (RFC 8693): parties all
 * @param signedInAt when the person last signed in, where the credential says so
 * @param channel {@code api} or {@code console}
 */
public record Caller(
    PrincipalType type,
    String id,
    String displayName,
    List<String> idpGroups,
    Set<Role> roles,
    @Nullable String onBehalfOf,
    Set<String> actors,
    @Nullable Instant signedInAt,
    String channel)
    implements Principal {

  /** What a group may grant beyond reviewing. */
  public enum Role {
    AUDITOR,
    OPERATOR
  }

  public Caller {
    idpGroups = List.copyOf(idpGroups);
    roles = Set.copyOf(roles);
    actors = Set.copyOf(actors);
  }

  public boolean isPerson() {
    return type == PrincipalType.PERSON;
  }

  public boolean isAuditor() {
    return roles.contains(Role.AUDITOR);
  }

  public boolean isOperator() {
    return roles.contains(Role.OPERATOR);
  }

  @Override
  public String getName() {
    return id;
  }
}
