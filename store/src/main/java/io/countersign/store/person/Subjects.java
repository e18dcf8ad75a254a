package io.countersign.store.person;

import io.countersign.audit.Openings.Opening;
import io.countersign.audit.Pseudonym;
import io.countersign.audit.Subject;
import io.countersign.store.Database;
import io.countersign.store.Sealing;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.config.JdbiConfig;
import org.jspecify.annotations.Nullable;

/**
 * Who the pseudonyms of the log are. The key that wraps people's keys belongs to the control
 * database's connections, so that whoever can write an event writes it without names.
 */
public final class Subjects implements JdbiConfig<Subjects> {
  private static final int MOST_REMEMBERED = 10_000;

  private byte @Nullable [] wrappingKey;

  /** Pseudonyms by person, as they were committed once; shared by all connections. */
  private final Map<String, String> remembered;

  /** For JDBI; without a key until {@link Database#withSubjectKey}. */
  public Subjects() {
    this(null, new ConcurrentHashMap<>());
  }

  private Subjects(byte @Nullable [] wrappingKey, Map<String, String> remembered) {
    this.wrappingKey = wrappingKey;
    this.remembered = remembered;
  }

  @Override
  public Subjects createCopy() {
    return new Subjects(wrappingKey, remembered);
  }

  /** What an event calls its people. */
  public record Names(Map<String, String> byPerson) {
    public Collection<String> pseudonyms() {
      return byPerson.values();
    }

    public Subject.StandIns standIns(Handle handle) {
      return subject ->
          switch (subject) {
            case Subject.Person person ->
                Optional.ofNullable(byPerson.get(person.personId()))
                    .orElseThrow(() -> new IllegalStateException("a person without a pseudonym"));
            case Subject.Secret secret -> commit(handle, secret);
          };
    }
  }

  /** The names of people whom this process has named before, if it has named all of them. */
  public static Optional<Names> remembered(Handle handle, Set<String> people) {
    Map<String, String> known = handle.getConfig(Subjects.class).remembered;
    Map<String, String> names = new HashMap<>();
    for (String person : people) {
      String pseudonym = known.get(person);
      if (pseudonym == null) {
        return Optional.empty();
      }
      names.put(person, pseudonym);
    }
    return Optional.of(new Names(names));
  }

  public static void forget(Handle handle, Set<String> people) {
    handle.getConfig(Subjects.class).remembered.keySet().removeAll(people);
  }

  public void wrapWith(byte[] key) {
    if (key.length != Sealing.KEY_BYTES) {
      throw new IllegalArgumentException("results.key: expected 32 bytes");
    }
    wrappingKey = key.clone();
  }

  /** What these people are called, in the caller's transaction; strangers get a key. */
  public static Names names(Handle handle, Set<String> people) {
    Map<String, String> found = named(handle, people);
    List<String> strangers = people.stream().filter(id -> !found.containsKey(id)).toList();
    if (!strangers.isEmpty()) {
      handle.getConfig(Subjects.class).giveKeys(handle.attach(SubjectDao.class), strangers);
      // Somebody else may have been first: what is stored counts.
      found.putAll(named(handle, strangers));
    }
    return new Names(found);
  }

  private static Map<String, String> named(Handle handle, Collection<String> people) {
    Map<String, String> remembered = handle.getConfig(Subjects.class).remembered;
    if (remembered.size() > MOST_REMEMBERED) {
      remembered.clear();
    }
    Map<String, String> found = new HashMap<>();
    handle
        .select(
            """
            select subject_id, pseudonym,
              coalesce(xmin = pg_current_xact_id_if_assigned()::xid, false)
            from audit_secret where subject_id = any(?)
            """,
            (Object) people.toArray(String[]::new))
        .map(
            (row, context) -> {
              // What this transaction stored itself may yet be rolled back.
              if (!row.getBoolean(3)) {
                remembered.put(row.getString(1), row.getString(2));
              }
              return Map.entry(row.getString(1), row.getString(2));
            })
        .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
    return found;
  }

  private void giveKeys(SubjectDao dao, List<String> people) {
    List<SubjectDao.Key> keys = new ArrayList<>();
    for (String person : people.stream().sorted().toList()) {
      byte[] key = Sealing.newKey();
      byte[] wrapped = Sealing.seal(wrappingKey(), key, key.length, bound(person));
      keys.add(new SubjectDao.Key(person, Pseudonym.of(key, person), wrapped));
    }
    dao.insert(keys);
  }

  /** Under a key of its own, so that showing who a person is does not show their secrets too. */
  private static String commit(Handle handle, Subject.Secret secret) {
    byte[] wrapping = handle.getConfig(Subjects.class).wrappingKey();
    byte[] key =
        handle
            .attach(SubjectDao.class)
            .wrappedKey(secret.personId())
            .map(wrapped -> Sealing.open(wrapping, wrapped, bound(secret.personId())))
            .orElseThrow(() -> new IllegalStateException("a person without a key"));
    byte[] own = Sealing.derive(wrapping, "countersign/commitment/v1\n", key);
    return "hmac_" + Pseudonym.commit(own, "countersign/secret/v1\n" + secret.value());
  }

  /** The people behind these pseudonyms, without those that were shredded. */
  public static Map<String, String> people(Handle handle, Collection<String> pseudonyms) {
    Map<String, String> people = new HashMap<>();
    if (!pseudonyms.isEmpty()) {
      handle.attach(SubjectDao.class).known(pseudonyms.toArray(String[]::new)).stream()
          .forEach(row -> people.put(row.pseudonym(), row.subjectId()));
    }
    return people;
  }

  /** What proves who these pseudonyms are, without those that were shredded. */
  public static List<Opening> openings(Handle handle, Collection<String> pseudonyms) {
    if (pseudonyms.isEmpty()) {
      return List.of();
    }
    byte[] wrapping = handle.getConfig(Subjects.class).wrappingKey();
    return handle.attach(SubjectDao.class).keys(pseudonyms.toArray(String[]::new)).stream()
        .flatMap(key -> opened(wrapping, key).stream())
        .toList();
  }

  /**
   * The same of everyone whom entries {@code [first, end)} name, by pseudonym; in a transaction, so
   * that not all of them are fetched at once. Close it.
   */
  public static Stream<Opening> openings(Handle handle, long first, long end) {
    byte[] wrapping = handle.getConfig(Subjects.class).wrappingKey();
    return handle
        .attach(SubjectDao.class)
        .namedIn(first, end)
        .flatMap(key -> opened(wrapping, key).stream());
  }

  /** Empty where the stored key proves nothing: the key that wrapped it was lost, or it changed. */
  private static Optional<Opening> opened(byte[] wrapping, SubjectDao.Key stored) {
    try {
      byte[] key = Sealing.open(wrapping, stored.wrappedKey(), bound(stored.subjectId()));
      return Optional.of(Opening.of(key, stored.subjectId()))
          .filter(opening -> opening.pseudonym().equals(stored.pseudonym()));
    } catch (IllegalStateException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * The first pseudonym whose row does not fit: its key was sealed for another person, or commits
   * to another name. Whoever exchanges two people's rows makes the log speak of the wrong one.
   */
  public static Optional<String> exchanged(Handle handle) {
    byte[] wrapping = handle.getConfig(Subjects.class).wrappingKey();
    return handle.attach(SubjectDao.class).all().stream()
        .filter(row -> opened(wrapping, row).isEmpty())
        .map(SubjectDao.Key::pseudonym)
        .findFirst();
  }

  /** What evidence says in place of a secret; empty where its person has no key. */
  public static Optional<String> commitment(Handle handle, Subject.Secret secret) {
    return handle.attach(SubjectDao.class).wrappedKey(secret.personId()).isEmpty()
        ? Optional.empty()
        : Optional.of(commit(handle, secret));
  }

  private byte[] wrappingKey() {
    if (wrappingKey == null) {
      throw new IllegalStateException("no key wraps the keys of people");
    }
    return wrappingKey;
  }

  private static String bound(String person) {
    return "countersign/subject-key/v1\n" + person;
  }
}
