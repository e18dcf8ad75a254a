package io.countersign.activity.infrastructure;

import io.countersign.action.Digest;
import io.countersign.action.Json;
import io.countersign.action.Operation;
import io.countersign.action.OperationParameter;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A section of config.yml that declares one operation. How it is done, which only a worker reads,
 * is a request or a setting.
 *
 * @param target that an action must name
 */
public record OperationConfig(
    @Nullable String target,
    @Nullable String description,
    @Nullable Map<String, OperationParameter> parameters,
    @Nullable HttpRequestConfig http,
    @Nullable SettingConfig setting) {
  private static final Pattern PARAMETER = Pattern.compile("[a-z][a-z0-9_]{0,62}");
  private static final int MOST_PARAMETERS = 50;

  public OperationConfig {
    if (target == null || target.isEmpty()) {
      throw new IllegalArgumentException("target: expected the name of a target");
    }
    parameters =
        parameters == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(parameters));
    if (parameters.size() > MOST_PARAMETERS
        || !parameters.keySet().stream().allMatch(PARAMETER.asMatchPredicate())) {
      throw new IllegalArgumentException(
          "parameters: expected at most 50, with names in lower case such as `node_count`");
    }
  }

  /** What may be known of it everywhere. */
  public Operation toOperation(String name) {
    return new Operation(
        name,
        String.valueOf(target),
        description == null ? "" : description,
        new TreeMap<>(parameters == null ? Map.of() : parameters));
  }

  /** Another one where anything that people approved is another; no secret is in it. */
  Digest fingerprint() {
    return Digest.sha256(
        Json.write(
            new OperationConfig(
                target,
                description,
                parameters,
                http == null ? null : http.withoutHeaderValues(),
                setting)));
  }

  /** Throws where it cannot be done as it is declared; only a worker has what is checked here. */
  public void check() {
    if ((http == null) == (setting == null)) {
      throw new IllegalArgumentException("expected either `http` or `setting`");
    }
    Set<String> used = new TreeSet<>();
    if (setting != null && setting.value() != null) {
      used.add(setting.value());
    }
    if (http != null) {
      Matcher inUrl = HttpRequestConfig.PLACEHOLDER.matcher(String.valueOf(http.url()));
      while (inUrl.find()) {
        used.add(inUrl.group(1));
      }
      used.addAll(Template.names(http.body()));
    }
    Set<String> declared = parameters == null ? Set.of() : parameters.keySet();
    if (!used.equals(declared)) {
      used.addAll(declared);
      throw new IllegalArgumentException(
          "parameters: expected each to be declared and used, see " + String.join(", ", used));
    }
  }

  /** Without the headers' values, for logs. */
  @Override
  public String toString() {
    return "OperationConfig[target=%s, http=%s, setting=%s]".formatted(target, http, setting);
  }
}
