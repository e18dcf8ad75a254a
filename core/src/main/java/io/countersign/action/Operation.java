package io.countersign.action;

import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What anybody may know of an operation that config.yml declares; how it is done, and with which
 * secrets, only the worker knows.
 *
 * @param target that an action must name
 * @param description for people
 */
public record Operation(
    String name,
    String target,
    String description,
    SortedMap<String, OperationParameter> parameters) {
  private static final int SHOWN = 60;

  public Operation {
    parameters = new TreeMap<>(parameters);
  }

  /** Why such an action cannot be this operation, in the API's names; empty if it can. */
  public Optional<String> objection(String givenTarget, Map<String, Object> given) {
    if (!target.equals(givenTarget)) {
      return Optional.of("operation `%s` belongs to target `%s`".formatted(name, target));
    }
    for (String unknown : given.keySet()) {
      if (!parameters.containsKey(unknown)) {
        return Optional.of(
            "unknown field `arguments.parameters.%s`, expected %s"
                .formatted(
                    shown(unknown),
                    parameters.isEmpty()
                        ? "none"
                        : "one of " + String.join(", ", parameters.keySet())));
      }
    }
    for (Map.Entry<String, OperationParameter> declared : parameters.entrySet()) {
      Object value = given.get(declared.getKey());
      String expected = declared.getValue().expected();
      if (value == null) {
        return Optional.of(
            "`arguments.parameters.%s` is missing, expected %s"
                .formatted(declared.getKey(), expected));
      }
      if (!declared.getValue().accepts(value)) {
        return Optional.of(
            "`arguments.parameters.%s` must be %s".formatted(declared.getKey(), expected));
      }
    }
    return Optional.empty();
  }

  private static String shown(String text) {
    String printable = text.replaceAll("[^\\x20-\\x5f\\x61-\\x7e]", "?");
    return printable.length() > SHOWN ? printable.substring(0, SHOWN) + "..." : printable;
  }
}
