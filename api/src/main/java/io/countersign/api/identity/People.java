package io.countersign.api.identity;

import io.countersign.action.PrincipalType;
import io.countersign.store.person.PersonDao;
import io.countersign.store.person.PersonDao.Person;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Jdbi;

/** Remembers the people the identity provider vouched for, and turns deactivated ones away. */
final class People {
  private static final Duration WORTH_NOTING = Duration.ofMinutes(1);

  private final IdentityConfig.Roles roles;
  private final Jdbi jdbi;

  People(IdentityConfig.Roles roles, Jdbi jdbi) {
    this.roles = roles;
    this.jdbi = jdbi;
  }

  /** The caller with the groups that the provider vouched for last; agents pass as they are. */
  Caller admit(Vouched vouched) {
    return vouched.caller().isPerson()
        ? jdbi.withExtension(PersonDao.class, people -> admit(people, vouched))
        : vouched.caller();
  }

  private Caller admit(PersonDao people, Vouched vouched) {
    Caller caller = vouched.caller();
    Optional<Person> stored = people.find(caller.id());
    if (stored.isPresent()) {
      Person person = stored.get();
      if (!person.active()) {
        throw SignedClaims.refused("this person is deactivated");
      }
      if (person.seenAt().isAfter(vouched.at())) {
        // An older token still in use must not bring back a group that was taken away since.
        return withGroups(caller, person.idpGroups());
      }
      if (!isNews(person, vouched)) {
        return caller;
      }
    }
    people.saw(caller.id(), caller.displayName(), caller.idpGroups(), vouched.at());
    return caller;
  }

  private static boolean isNews(Person person, Vouched vouched) {
    Caller caller = vouched.caller();
    return !vouched.at().isBefore(person.seenAt().plus(WORTH_NOTING))
        || !new HashSet<>(person.idpGroups()).equals(new HashSet<>(caller.idpGroups()))
        || !person.displayName().equals(caller.displayName());
  }

  private Caller withGroups(Caller caller, List<String> groups) {
    return new Caller(
        caller.type(),
        caller.id(),
        caller.displayName(),
        groups,
        roles.heldBy(groups),
        caller.onBehalfOf(),
        caller.actors(),
        caller.signedInAt(),
        caller.channel());
  }

  /** The person of a session, unless unknown or deactivated since. */
  Optional<Caller> signedIn(String personId, Instant signedInAt) {
    return jdbi.withExtension(PersonDao.class, people -> people.find(personId))
        .filter(Person::active)
        .map(
            person ->
                new Caller(
                    PrincipalType.PERSON,
                    person.id(),
                    person.displayName(),
                    person.idpGroups(),
                    roles.heldBy(person.idpGroups()),
                    null,
                    Set.of(),
                    signedInAt,
                    "console"));
  }
}
