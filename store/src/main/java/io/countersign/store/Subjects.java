package io.countersign.store;

import io.countersign.audit.Pseudonym;
import io.countersign.audit.Subject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.config.JdbiConfig;
import org.jspecify.annotations.Nullable;

/**
 * Who the pseudonyms of the log are. The key that wraps people's keys belongs to the control
 * database's connections, so that whoever can write an event writes it without names.
 */
public final class Subjects implements JdbiConfig<Subjects> {
  private byte @Nullable [] wrappingKey;

  /** For JDBI; without a key until {@link Database#withSubjectKey}. */
  public Subjects() {}

  private Subjects(byte @Nullable [] wrappingKey) {
    this.wrappingKey = wrappingKey;
  }

  @Override
  public Subjects createCopy() {
    return new Subjects(wrappingKey);
  }

  void wrapWith(byte[] key) {
    if (key.length != Sealing.KEY_BYTES) {
      throw new IllegalArgumentException("results.key: expected 32 bytes");
    }
    wrappingKey = key.clone();
  }

  /** What stands for these people, in the caller's transaction; strangers get a key. */
  static Subject.StandIns standIns(Handle handle, Collection<String> people) {
    if (people.isEmpty()) {
      return Subject.StandIns.NONE;
    }
    Map<String, String> pseudonyms = pseudonyms(handle, people);
    return subject ->
        switch (subject) {
          case Subject.Person person -> find(pseudonyms, person.personId());
          case Subject.Secret secret -> commit(handle, secret);
        };
  }

  private static String find(Map<String, String> pseudonyms, String person) {
    return Optional.ofNullable(pseudonyms.get(person))
        .orElseThrow(() -> new IllegalStateException("a person without a pseudonym"));
  }

  private static Map<String, String> pseudonyms(Handle handle, Collection<String> people) {
    Map<String, String> found = named(handle, people);
    List<String> strangers = people.stream().filter(id -> !found.containsKey(id)).toList();
    if (!strangers.isEmpty()) {
      handle.getConfig(Subjects.class).giveKeys(handle.attach(SubjectDao.class), strangers);
      // Somebody else may have been first: what is stored counts.
      found.putAll(named(handle, strangers));
    }
    return found;
  }

  private static Map<String, String> named(Handle handle, Collection<String> people) {
    Map<String, String> found = new HashMap<>();
    handle
        .select(
            "select subject_id, pseudonym from audit_secret where subject_id = any(?)",
            (Object) people.toArray(String[]::new))
        .map((row, context) -> Map.entry(row.getString(1), row.getString(2)))
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
  static Map<String, String> people(Handle handle, Collection<String> pseudonyms) {
    Map<String, String> people = new HashMap<>();
    if (!pseudonyms.isEmpty()) {
      handle.attach(SubjectDao.class).known(pseudonyms.toArray(String[]::new)).stream()
          .forEach(row -> people.put(row.pseudonym(), row.subjectId()));
    }
    return people;
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
