package io.countersign.activity.infrastructure;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/** Puts parameters where they are named; a value can never become anything but a value. */
final class Template {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final String UNRESERVED = "-._~";

  private Template() {}

  /**
   * The parameters that a body names.
   *
   * @throws IllegalArgumentException where one stands inside a longer text, or in a field's name
   */
  static Set<String> names(@Nullable JsonNode body) {
    Set<String> names = new TreeSet<>();
    if (body != null) {
      collect(body, names);
    }
    return names;
  }

  private static void collect(JsonNode node, Set<String> names) {
    if (node.isTextual()) {
      Matcher named = HttpRequestConfig.PLACEHOLDER.matcher(node.textValue());
      if (named.matches()) {
        names.add(named.group(1));
      } else if (named.find()) {
        throw new IllegalArgumentException(
            "http.body: expected `" + named.group() + "` to be a whole text");
      }
    }
    node.forEach(child -> collect(child, names));
  }

  /** The body with the values in it, as JSON values. */
  static JsonNode filled(JsonNode node, Map<String, Object> values) {
    if (node instanceof ObjectNode object) {
      ObjectNode copy = NODES.objectNode();
      object
          .fields()
          .forEachRemaining(field -> copy.set(field.getKey(), filled(field.getValue(), values)));
      return copy;
    }
    if (node instanceof ArrayNode array) {
      ArrayNode copy = NODES.arrayNode();
      array.forEach(child -> copy.add(filled(child, values)));
      return copy;
    }
    Matcher named = HttpRequestConfig.PLACEHOLDER.matcher(node.isTextual() ? node.textValue() : "");
    return named.matches() ? json(value(values, named.group(1))) : node;
  }

  private static JsonNode json(Object value) {
    return switch (value) {
      case Boolean flag -> NODES.booleanNode(flag);
      case Number number -> NODES.numberNode(number.longValue());
      default -> NODES.textNode(value.toString());
    };
  }

  /**
   * A path or query with the values in it, percent-encoded.
   *
   * @throws IllegalArgumentException where a value could lead to another path
   */
  static String filled(String template, boolean isPath, Map<String, Object> values) {
    Matcher named = HttpRequestConfig.PLACEHOLDER.matcher(template);
    StringBuilder out = new StringBuilder();
    while (named.find()) {
      String text = value(values, named.group(1)).toString();
      // Receivers differ in whether they decode a path before they walk it.
      if (isPath && (text.matches("\\.*") || text.contains("/") || text.contains("\\"))) {
        throw new IllegalArgumentException(
            "`arguments.parameters.%s` stands in a path, expected no slash and not dots alone"
                .formatted(named.group(1)));
      }
      named.appendReplacement(out, Matcher.quoteReplacement(encoded(text)));
    }
    String filled = named.appendTail(out).toString();
    if (isPath && filled.matches("(.*/)?\\.{1,2}(/.*)?")) {
      throw new IllegalArgumentException("the parameters make a path that leads elsewhere");
    }
    return filled;
  }

  private static Object value(Map<String, Object> values, String name) {
    return Objects.requireNonNull(values.get(name));
  }

  private static String encoded(String text) {
    StringBuilder out = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      boolean isPlain =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || UNRESERVED.indexOf(c) >= 0;
      out.append(isPlain ? String.valueOf(c) : "%%%02X".formatted((int) c));
    }
    return out.toString();
  }
}
