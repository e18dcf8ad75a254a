package io.countersign.audit;

import java.util.Base64;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Who the people in an entry are, to whoever holds the file: for each pseudonym the person's id and
 * the key that it was made with. Nothing signs this text, and nothing has to: another id or key
 * gives another pseudonym, which the signed entry does not hold.
 */
public final class Openings {
  private static final Set<String> FIELDS = Set.of("key", "person");

  private Openings() {}

  /**
   * Of one pseudonym.
   *
   * @param key {@link Pseudonym#KEY_LENGTH} bytes in base64url without padding
   */
  public record Opening(String pseudonym, String key, String person) {
    public static Opening of(byte[] key, String person) {
      String text = Base64.getUrlEncoder().withoutPadding().encodeToString(key);
      return new Opening(Pseudonym.of(key, person), text, person);
    }

    /** One for a file that has one a line. */
    public String line() {
      return CanonicalJson.write(Map.of("key", key, "person", person, "pseudonym", pseudonym))
          + "\n";
    }
  }

  /** The pseudonyms of the people whom an entry names; none where it is no entry. */
  public static SortedSet<String> pseudonyms(String entry) {
    return CanonicalJson.read(entry).map(Openings::pseudonyms).orElseGet(TreeSet::new);
  }

  /**
   * A person stands where an {@link Event} puts one. The same text elsewhere, as the name of an
   * agent who calls itself so, is nobody.
   */
  private static SortedSet<String> pseudonyms(Map<String, @Nullable Object> event) {
    SortedSet<String> found = new TreeSet<>();
    find(event, found);
    return found;
  }

  private static void find(@Nullable Object value, Set<String> found) {
    if (value instanceof Map<?, ?> map) {
      if ("person".equals(map.get("type"))) {
        add(map.get("id"), found);
      }
      add(map.get("person"), found);
      add(map.get("on_behalf_of"), found);
      map.values().forEach(element -> find(element, found));
    } else if (value instanceof List<?> list) {
      list.forEach(element -> find(element, found));
    }
  }

  private static void add(@Nullable Object value, Set<String> found) {
    if (value instanceof String text && Pseudonym.isWellFormed(text)) {
      found.add(text);
    }
  }

  /** The text that a receipt holds. */
  static String write(Collection<Opening> openings) {
    Map<String, Object> all = new TreeMap<>();
    openings.forEach(
        one -> all.put(one.pseudonym(), Map.of("key", one.key(), "person", one.person())));
    return CanonicalJson.write(all);
  }

  /** People by pseudonym, each proven and each in the entry. */
  static SortedMap<String, String> read(String text, Map<String, @Nullable Object> event)
      throws EvidenceException {
    Map<String, @Nullable Object> all =
        CanonicalJson.read(text)
            .orElseThrow(() -> new EvidenceException("the subjects are not canonical JSON"));
    if (all.isEmpty()) {
      throw new EvidenceException("the subjects are nobody");
    }
    Set<String> named = pseudonyms(event);
    SortedMap<String, String> people = new TreeMap<>();
    for (Map.Entry<String, @Nullable Object> one : all.entrySet()) {
      people.put(one.getKey(), person(one.getKey(), one.getValue()));
      if (!named.contains(one.getKey())) {
        throw new EvidenceException("a subject is nobody whom the entry names");
      }
    }
    return Collections.unmodifiableSortedMap(people);
  }

  private static String person(String pseudonym, @Nullable Object opening)
      throws EvidenceException {
    if (!(opening instanceof Map<?, ?> fields)
        || !fields.keySet().equals(FIELDS)
        || !(fields.get("key") instanceof String key)
        || !(fields.get("person") instanceof String person)) {
      throw new EvidenceException("a subject has a key and a person");
    }
    if (!Pseudonym.of(key(key), person).equals(pseudonym)) {
      throw new EvidenceException("a subject's key and person give another pseudonym");
    }
    return person;
  }

  /** HMAC takes a key and the same with zeroes behind it for one: the length is exact. */
  private static byte[] key(String text) throws EvidenceException {
    try {
      byte[] key = Base64.getUrlDecoder().decode(text);
      // The decoder accepts spare bits and padding: the re-encoding must be the same.
      if (key.length == Pseudonym.KEY_LENGTH
          && Base64.getUrlEncoder().withoutPadding().encodeToString(key).equals(text)) {
        return key;
      }
    } catch (IllegalArgumentException e) {
      // Falls through to the one message for every wrong form.
    }
    throw new EvidenceException("a subject's key is 32 bytes in canonical base64url");
  }
}
