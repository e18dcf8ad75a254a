package io.countersign.api.identity;

import com.nimbusds.jwt.JWTClaimsSet;
import io.countersign.action.PrincipalType;
import java.text.ParseException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads from checked claims who calls. One trace of an agent anywhere makes the caller an agent;
 * what is neither a known agent nor plainly a person is refused.
 */
final class CallerClaims {
  private static final int MOST_GROUPS = 500;

  private final IdentityConfig config;
  private final InstantSource clock;

  CallerClaims(IdentityConfig config, InstantSource clock) {
    this.config = config;
    this.clock = clock;
  }

  /**
   * @param channel {@code api} or {@code console}
   */
  Vouched read(JWTClaimsSet claims, String channel) {
    try {
      ActorChain chain = ActorChain.read(claims, config.onBehalfOfClaim(), config.personClaim());
      Optional<String> agent = agent(claims, chain);
      Caller caller =
          agent.isPresent()
              ? agentCaller(agent.get(), claims, chain, channel)
              : personCaller(claims, chain, channel);
      return new Vouched(caller, issuedAt(claims));
    } catch (ParseException e) {
      throw SignedClaims.refused("the token's claims are not of the expected types");
    }
  }

  private Optional<String> agent(JWTClaimsSet claims, ActorChain chain) throws ParseException {
    List<String> allow = config.agents().allow();
    return clients(claims).stream()
        .filter(allow::contains)
        .findFirst()
        .or(() -> chain.firstOf(allow))
        .or(() -> Optional.ofNullable(claims.getSubject()).filter(allow::contains));
  }

  private List<String> clients(JWTClaimsSet claims) throws ParseException {
    List<String> clients = new ArrayList<>();
    for (String claim : List.of(config.agents().claim(), "azp")) {
      String client = claims.getStringClaim(claim);
      if (client != null) {
        clients.add(client);
      }
    }
    return clients;
  }

  private Caller agentCaller(String agent, JWTClaimsSet claims, ActorChain chain, String channel)
      throws ParseException {
    Set<String> actors = new LinkedHashSet<>(chain.names());
    actors.addAll(subjects(claims));
    actors.remove(agent);
    return new Caller(
        PrincipalType.AGENT,
        PersonName.id(agent),
        PersonName.shown(agent),
        groups(claims),
        Set.of(),
        human(agent, claims, chain),
        actors,
        null,
        channel);
  }

  private @Nullable String human(String agent, JWTClaimsSet claims, ActorChain chain)
      throws ParseException {
    List<String> agents = config.agents().allow();
    String subject = claims.getSubject();
    boolean ofAgent =
        subject == null
            || subject.equals(agent)
            || agents.contains(subject)
            || isServiceAccount(claims);
    if (ofAgent) {
      return chain.firstNotOf(agents).orElse(null);
    }
    String person = claims.getStringClaim(config.personClaim());
    return person == null ? PersonName.id(subject) : PersonName.id(person);
  }

  private Caller personCaller(JWTClaimsSet claims, ActorChain chain, String channel)
      throws ParseException {
    if (!chain.isEmpty()) {
      throw SignedClaims.refused("the token's actor is not an allowed agent");
    }
    if (isServiceAccount(claims)) {
      throw SignedClaims.refused("the token's client is not an allowed agent");
    }
    String id = claims.getStringClaim(config.personClaim());
    if (id == null) {
      throw SignedClaims.refused("a token with `" + config.personClaim() + "` is expected");
    }
    Set<String> actors = subjects(claims);
    actors.remove(id);
    List<String> groups = groups(claims);
    return new Caller(
        PrincipalType.PERSON,
        PersonName.id(id),
        name(claims, id),
        groups,
        config.roles().heldBy(groups),
        null,
        actors,
        signedInAt(claims),
        channel);
  }

  /** The signs by which the usual providers mark a token that no person signed in for. */
  private boolean isServiceAccount(JWTClaimsSet claims) throws ParseException {
    String subject = claims.getSubject();
    String user = claims.getStringClaim("preferred_username");
    return "app".equals(claims.getClaim("idtyp"))
        || "client-credentials".equals(claims.getClaim("gty"))
        || clients(claims).stream()
            .anyMatch(
                client ->
                    client.equals(subject)
                        || (client + "@clients").equals(subject)
                        || ("service-account-" + client).equals(user));
  }

  private Set<String> subjects(JWTClaimsSet claims) throws ParseException {
    Set<String> subjects = new LinkedHashSet<>();
    if (claims.getSubject() != null) {
      subjects.add(PersonName.id(claims.getSubject()));
    }
    String person = claims.getStringClaim(config.personClaim());
    if (person != null) {
      subjects.add(PersonName.id(person));
    }
    return subjects;
  }

  private List<String> groups(JWTClaimsSet claims) throws ParseException {
    List<String> groups = claims.getStringListClaim(config.groupsClaim());
    if (groups == null) {
      return List.of();
    }
    if (groups.size() > MOST_GROUPS || groups.contains(null)) {
      throw SignedClaims.refused("at most " + MOST_GROUPS + " groups are expected");
    }
    return groups.stream().map(PersonName::id).distinct().sorted().toList();
  }

  private static String name(JWTClaimsSet claims, String id) throws ParseException {
    for (String claim : List.of("name", "preferred_username")) {
      String name = claims.getStringClaim(claim);
      if (name != null && !PersonName.shown(name).isEmpty()) {
        return PersonName.shown(name);
      }
    }
    return PersonName.shown(id);
  }

  private static @Nullable Instant signedInAt(JWTClaimsSet claims) throws ParseException {
    Date at = claims.getDateClaim("auth_time");
    Date signedIn = at == null ? claims.getIssueTime() : at;
    return signedIn == null ? null : signedIn.toInstant();
  }

  private Instant issuedAt(JWTClaimsSet claims) {
    Instant now = clock.instant();
    Date issued = claims.getIssueTime();
    Instant at = issued == null || issued.toInstant().isAfter(now) ? now : issued.toInstant();
    return at.truncatedTo(ChronoUnit.SECONDS);
  }
}
