package io.countersign.worker;

/** A configuration mistake: one line that names the file, the key and what was expected. */
final class ConfigException extends Exception {
  ConfigException(String file, String key, String message) {
    super(key.isEmpty() ? file + ": " + message : file + ": " + key + ": " + message);
  }
}
