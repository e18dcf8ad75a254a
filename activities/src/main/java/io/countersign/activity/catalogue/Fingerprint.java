package io.countersign.activity.catalogue;

import io.countersign.action.Digest;
import java.util.SortedMap;
import java.util.TreeMap;

/** Gathers what was resolved: each subject with a hash of all that was said of it. */
final class Fingerprint {
  private final SortedMap<String, String> definitions = new TreeMap<>();

  /** The same subject may be added to; the order must be that of the catalogue. */
  void add(String subject, String definition) {
    definitions.merge(subject, definition, (before, more) -> before + "\n" + more);
  }

  SortedMap<String, String> hashed() {
    SortedMap<String, String> hashes = new TreeMap<>();
    definitions.forEach(
        (subject, definition) -> hashes.put(subject, Digest.sha256(definition).value()));
    return hashes;
  }
}
