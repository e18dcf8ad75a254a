package io.countersign.store.verification;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the log calls the people of some rows.
 *
 * @param pseudonyms by person
 * @param shredded pseudonyms of people whom the log says to be forgotten
 */
record People(Map<String, String> pseudonyms, Set<String> shredded) {
  private static final String PSEUDONYM = "sub_";

  /** Whether an event that says so is about the person in the row. */
  boolean isCalled(@Nullable String person, String said) {
    if (person == null) {
      return said.isEmpty();
    }
    // An entry of an earlier release names the person, whose row was shredded since.
    boolean isFromBefore = isShredded(person) && !said.isEmpty() && !said.startsWith(PSEUDONYM);
    return said.equals(person) || said.equals(pseudonyms.get(person)) || isFromBefore;
  }

  /** One name for who acts, whether an entry has the person's id still or the pseudonym. */
  String name(String actor) {
    return pseudonyms.getOrDefault(actor, actor);
  }

  /** Whether the row holds a pseudonym in place of a person who was forgotten. */
  boolean isShredded(@Nullable String person) {
    return person != null && shredded.contains(person);
  }
}
