package io.countersign.policy;

/** What a policy's author should look at, though the policy can be used. */
record LintWarning(Place place, String message) {

  /** As compilers write it: {@code file:line:column: warning: message}. */
  String show(String fileName) {
    return "%s:%d:%d: warning: %s".formatted(fileName, place.line(), place.column(), message);
  }
}
