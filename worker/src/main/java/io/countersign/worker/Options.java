package io.countersign.worker;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The options and the one operand of a command. */
record Options(Map<String, String> values, List<String> operands) {

  /**
   * @param valued names of options that take a value
   * @param flags names of options that take none
   */
  static Options parse(List<String> arguments, List<String> valued, String... flags)
      throws UsageException {
    Map<String, String> values = new HashMap<>();
    List<String> operands = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      String name = argument.startsWith("--") ? argument.substring(2) : "";
      if (List.of(flags).contains(name)) {
        values.put(name, "");
      } else if (valued.contains(name)) {
        if (i + 1 == arguments.size()) {
          throw new UsageException("`" + argument + "` needs a value");
        }
        values.put(name, arguments.get(++i));
      } else if (argument.startsWith("-")) {
        throw new UsageException("unknown option `" + argument + "`");
      } else {
        operands.add(argument);
      }
    }
    return new Options(Map.copyOf(values), List.copyOf(operands));
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  Optional<Path> path(String name) {
    @Nullable String value = values.get(name);
    return Optional.ofNullable(value).map(Path::of);
  }

  /** A port number; 0 picks a free one. */
  int port(int absent) throws UsageException {
    String value = values.get("port");
    if (value == null) {
      return absent;
    }
    if (!value.matches("\\d{1,5}") || Integer.parseInt(value) > 65_535) {
      throw new UsageException("`--port` must be a number between 0 and 65535");
    }
    return Integer.parseInt(value);
  }

  /** A number of days. */
  Optional<Duration> days(String name) throws UsageException {
    String value = values.get(name);
    if (value == null) {
      return Optional.empty();
    }
    if (!value.matches("[1-9]\\d{0,3}")) {
      throw new UsageException("`--%s` must be a number of days, at most 9999".formatted(name));
    }
    return Optional.of(Duration.ofDays(Integer.parseInt(value)));
  }

  /** The one operand. */
  Path operand(String what) throws UsageException {
    if (operands.size() != 1) {
      throw new UsageException("expected one file, for example `" + what + "`");
    }
    return Path.of(operands.getFirst());
  }
}
