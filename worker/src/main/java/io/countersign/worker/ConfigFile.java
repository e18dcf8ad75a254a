package io.countersign.worker;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.countersign.activity.targets.TargetConfig;
import io.dropwizard.jackson.Jackson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads config.yml. A process reads only its own sections: the server never sees a target's
 * credentials, neither the file's text nor the environment variables they come from.
 */
final class ConfigFile {
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{([^}:]+)(?::(-?)([^}]*))?}");

  private static final Set<PosixFilePermission> NOT_SECRET =
      Set.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE);

  private final Path path;
  private final Map<String, String> environment;

  /**
   * @param environment where {@code ${NAME}} is looked up
   */
  ConfigFile(Path path, Map<String, String> environment) {
    this.path = path;
    this.environment = Map.copyOf(environment);
  }

  CountersignConfig read(Role role) throws ConfigException {
    return bind(tree(), role);
  }

  /**
   * One target, whatever else is in the file.
   *
   * @param withPasswords false leaves them out, so that the environment need not hold them
   */
  TargetConfig target(String target, boolean withPasswords) throws ConfigException {
    JsonNode targets = tree().path("targets");
    if (!(targets.path(target) instanceof ObjectNode section)) {
      List<String> known = new ArrayList<>();
      targets.fieldNames().forEachRemaining(known::add);
      throw new ConfigException(
          name(), "targets", "no target `%s`, expected one of %s".formatted(target, known));
    }
    if (!withPasswords) {
      section
          .path("credentials")
          .forEach(
              login -> {
                if (login instanceof ObjectNode object) {
                  object.put("password", "");
                }
              });
    }
    String key = "targets." + target;
    substitute(key, section);
    try {
      return Jackson.newObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .treeToValue(section, CountersignConfig.TargetSection.class)
          .toConfig();
    } catch (JsonMappingException e) {
      throw new ConfigException(name(), key + "." + keyOf(e), reason(e));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new ConfigException(name(), key, String.valueOf(e.getMessage()));
    }
  }

  /** Binds a tree that was put together in memory or read from the file. */
  CountersignConfig bind(JsonNode tree, Role role) throws ConfigException {
    if (!(tree instanceof ObjectNode root)) {
      throw new ConfigException(name(), "", "expected a mapping of sections");
    }
    if (!role.works()) {
      withoutCredentials(root);
    }
    substitute("", root);
    ObjectMapper mapper =
        Jackson.newObjectMapper().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    try {
      CountersignConfig config = mapper.treeToValue(root, CountersignConfig.class);
      config.check(role);
      return config;
    } catch (UnrecognizedPropertyException e) {
      String known =
          e.getKnownPropertyIds() == null
              ? ""
              : ", expected one of "
                  + e.getKnownPropertyIds().stream()
                      .map(String::valueOf)
                      .sorted()
                      .collect(Collectors.joining(", "));
      throw new ConfigException(name(), keyOf(e), "unknown key" + known);
    } catch (JsonMappingException e) {
      throw new ConfigException(name(), keyOf(e), reason(e));
    } catch (JsonProcessingException e) {
      throw new ConfigException(name(), "", "cannot be read");
    } catch (CountersignConfig.Problem e) {
      throw new ConfigException(name(), e.key(), e.expected());
    }
  }

  /** A path of the configuration: relative ones start where the file is. */
  Path resolve(String setting) {
    return path.toAbsolutePath().resolveSibling(setting);
  }

  /** A mistake that shows when the value of a key is used. */
  ConfigException mistake(String key, String message) {
    return new ConfigException(name(), key, message);
  }

  private JsonNode tree() throws ConfigException {
    ObjectMapper yaml =
        YAMLMapper.builder(
                YAMLFactory.builder()
                    .enable(com.fasterxml.jackson.core.StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .build();
    try {
      JsonNode tree = yaml.readTree(Files.readString(path));
      return tree == null ? yaml.createObjectNode() : tree;
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      String what = String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
      throw new ConfigException(name() + ":" + line, "", what);
    } catch (IOException e) {
      throw new ConfigException(name(), "", "the file cannot be read");
    }
  }

  private static void withoutCredentials(ObjectNode root) {
    root.path("targets")
        .forEach(
            target -> {
              if (target instanceof ObjectNode object) {
                object.remove(List.of("credentials", "url"));
              }
            });
    root.path("operations")
        .forEach(
            operation -> {
              if (operation instanceof ObjectNode object) {
                object.remove(List.of("http", "setting"));
              }
            });
    if (root.path("slack") instanceof ObjectNode slack) {
      slack.remove(List.of("botToken", "appToken"));
    }
  }

  private void substitute(String path, JsonNode node) throws ConfigException {
    switch (node) {
      case ObjectNode object -> {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        for (String field : names) {
          String key = path.isEmpty() ? field : path + "." + field;
          JsonNode value = object.get(field);
          if (value instanceof TextNode text) {
            object.put(field, resolved(key, text.textValue()));
          } else {
            substitute(key, value);
          }
        }
      }
      case ArrayNode array -> {
        for (int i = 0; i < array.size(); i++) {
          String key = path + "[" + i + "]";
          if (array.get(i) instanceof TextNode text) {
            array.set(i, TextNode.valueOf(resolved(key, text.textValue())));
          } else {
            substitute(key, array.get(i));
          }
        }
      }
      default -> {}
    }
  }

  private String resolved(String key, String text) throws ConfigException {
    Matcher matcher = REFERENCE.matcher(text);
    StringBuilder out = new StringBuilder();
    while (matcher.find()) {
      matcher.appendReplacement(out, Matcher.quoteReplacement(value(key, matcher)));
    }
    return matcher.appendTail(out).toString();
  }

  private String value(String key, Matcher matcher) throws ConfigException {
    String reference = matcher.group(1);
    String rest = matcher.group(3);
    if (reference.equals("file") && rest != null) {
      return secretFile(key, rest);
    }
    String value = environment.get(reference);
    if (value != null && !value.isEmpty()) {
      return value;
    }
    if (rest != null) {
      return rest;
    }
    throw new ConfigException(
        name(), key, "environment variable `%s` is not set".formatted(reference));
  }

  private String secretFile(String key, String file) throws ConfigException {
    Path secret = resolve(file);
    try {
      if (!Collections.disjoint(Files.getPosixFilePermissions(secret), NOT_SECRET)) {
        throw new ConfigException(
            name(), key, "`%s` is open to others than its owner; chmod 600 it".formatted(file));
      }
      return Files.readString(secret).strip();
    } catch (IOException e) {
      throw new ConfigException(name(), key, "`%s` cannot be read".formatted(file));
    }
  }

  private static String keyOf(JsonMappingException e) {
    StringBuilder key = new StringBuilder();
    for (JsonMappingException.Reference step : e.getPath()) {
      if (step.getFieldName() == null) {
        key.append('[').append(step.getIndex()).append(']');
      } else {
        key.append(key.isEmpty() ? "" : ".").append(step.getFieldName());
      }
    }
    return key.toString();
  }

  /** Our own records say what they expect; of other messages only the first line is safe. */
  private static String reason(JsonMappingException e) {
    Throwable cause = e.getCause();
    if (cause instanceof IllegalArgumentException ours && ours.getMessage() != null) {
      return ours.getMessage();
    }
    return "the value does not fit";
  }

  private String name() {
    return String.valueOf(path.getFileName());
  }
}
