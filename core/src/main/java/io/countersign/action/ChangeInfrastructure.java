package io.countersign.action;

import io.countersign.audit.CanonicalJson;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * An operation that config.yml declares.
 *
 * @param parameters by name: strings, numbers and booleans
 */
public record ChangeInfrastructure(String operation, SortedMap<String, Object> parameters)
    implements Arguments {
  public ChangeInfrastructure {
    parameters = new TreeMap<>(parameters);
  }

  @Override
  public ActionKind kind() {
    return ActionKind.CHANGE_INFRASTRUCTURE;
  }

  @Override
  public Map<String, Object> content() {
    return Map.of("operation", operation, "parameters", parameters);
  }

  @Override
  public List<Statement> steps() {
    return List.of();
  }

  @Override
  public String text() {
    return parameters.entrySet().stream()
        .map(parameter -> parameter.getKey() + " = " + CanonicalJson.write(parameter.getValue()))
        .collect(Collectors.joining("\n", operation + "\n", ""))
        .strip();
  }
}
