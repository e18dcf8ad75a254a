package io.countersign.worker;

/** The command line does not say something that can be done. */
final class UsageException extends Exception {
  UsageException(String message) {
    super(message);
  }
}
