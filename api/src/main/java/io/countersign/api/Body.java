package io.countersign.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.countersign.action.Code;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A request body: a JSON object of known fields, read strictly. Every accessor refuses what does
 * not fit with the field's name and what was expected.
 */
final class Body {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private final String path;
  private final JsonNode node;

  private Body(String path, JsonNode node, Set<String> known) {
    this.path = path;
    this.node = node;
    List<String> unknown = new ArrayList<>();
    node.fieldNames().forEachRemaining(unknown::add);
    unknown.removeAll(known);
    if (!unknown.isEmpty()) {
      throw refusal(
          "unknown field `%s`, expected one of %s"
              .formatted(at(shown(unknown.getFirst())), String.join(", ", new TreeSet<>(known))));
    }
  }

  /** Reads at most 256 KiB of UTF-8. */
  static Body read(InputStream stream, Set<String> known) {
    JsonNode node;
    try {
      node = MAPPER.readTree(text(stream));
    } catch (JsonProcessingException e) {
      long column = e.getLocation() == null ? 0 : e.getLocation().getColumnNr();
      throw refusal("the body is not well-formed JSON near column " + column);
    }
    if (!node.isObject()) {
      throw refusal("the body must be a JSON object");
    }
    return new Body("", node, known);
  }

  private static String text(InputStream stream) {
    try {
      byte[] bytes = BoundedBytes.read(stream);
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes))
          .toString();
    } catch (CharacterCodingException e) {
      throw refusal("the body is not valid UTF-8");
    } catch (IOException e) {
      throw refusal("the body could not be read");
    }
  }

  /** A required object. */
  Body object(String field, Set<String> known) {
    JsonNode value = node.path(field);
    if (!value.isObject()) {
      throw refusal("`%s` must be an object".formatted(at(field)));
    }
    return new Body(at(field) + ".", value, known);
  }

  /** A required string of 1 to {@code max} characters. */
  String string(String field, int max) {
    return optionalString(field, max)
        .filter(text -> !text.isBlank())
        .orElseThrow(
            () ->
                refusal(
                    "`%s` is missing, expected a text of 1 to %d characters"
                        .formatted(at(field), max)));
  }

  Optional<String> optionalString(String field, int max) {
    JsonNode value = node.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isTextual()) {
      throw refusal("`%s` must be a string".formatted(at(field)));
    }
    String text = value.textValue();
    if (text.length() > max) {
      throw refusal("`%s` is longer than %d characters".formatted(at(field), max));
    }
    if (text.indexOf('\0') >= 0) {
      throw refusal("`%s` contains a NUL character".formatted(at(field)));
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw refusal("`%s` contains half a surrogate pair".formatted(at(field)));
    }
    return Optional.of(text);
  }

  /** A whole number within bounds, or the given value where the field is absent. */
  int integer(String field, int min, int max, int absent) {
    JsonNode value = node.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return absent;
    }
    boolean whole =
        value.isNumber()
            && value.decimalValue().stripTrailingZeros().scale() <= 0
            && value.canConvertToLong();
    if (!whole || value.longValue() < min || value.longValue() > max) {
      throw refusal("`%s` must be a whole number between %d and %d".formatted(at(field), min, max));
    }
    return value.intValue();
  }

  /** Texts of at most {@code max} characters each; none where the field is absent. */
  List<String> texts(String field, int most, int max) {
    JsonNode value = node.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return List.of();
    }
    if (!value.isArray() || value.size() > most) {
      throw refusal("`%s` must be an array of at most %d texts".formatted(at(field), most));
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode element : value) {
      if (!element.isTextual() || element.textValue().length() > max) {
        throw refusal(
            "`%s[%d]` must be a text of at most %d characters"
                .formatted(at(field), texts.size(), max));
      }
      texts.add(element.textValue());
    }
    return texts;
  }

  /** Statement parameters: strings, numbers, booleans or null, each as PostgreSQL text. */
  List<@Nullable String> parameters(String field, int max) {
    JsonNode value = node.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return List.of();
    }
    if (!value.isArray() || value.size() > max) {
      throw refusal("`%s` must be an array of at most %d values".formatted(at(field), max));
    }
    List<@Nullable String> values = new ArrayList<>();
    value.forEach(element -> values.add(parameter(field, element)));
    return values;
  }

  private @Nullable String parameter(String field, JsonNode element) {
    return switch (element.getNodeType()) {
      case NULL -> null;
      case BOOLEAN -> String.valueOf(element.booleanValue());
      case NUMBER -> number(field, element);
      case STRING -> {
        String text = element.textValue();
        if (text.indexOf('\0') >= 0 || !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
          throw refusal("`%s` contains a character PostgreSQL cannot store".formatted(at(field)));
        }
        yield text;
      }
      case ARRAY, OBJECT, BINARY, MISSING, POJO ->
          throw refusal("`%s` may hold strings, numbers, booleans and null".formatted(at(field)));
    };
  }

  /** Named texts, whole numbers and booleans; none where the field is absent. */
  SortedMap<String, Object> values(String field, int most) {
    JsonNode object = node.path(field);
    SortedMap<String, Object> values = new TreeMap<>();
    if (object.isMissingNode() || object.isNull()) {
      return values;
    }
    if (!object.isObject() || object.size() > most) {
      throw refusal("`%s` must be an object of at most %d values".formatted(at(field), most));
    }
    object.fields().forEachRemaining(named -> values.put(named.getKey(), value(field, named)));
    return values;
  }

  private Object value(String field, Map.Entry<String, JsonNode> named) {
    JsonNode value = named.getValue();
    if (value.isTextual()) {
      return value.textValue();
    }
    if (value.isBoolean()) {
      return value.booleanValue();
    }
    if (value.isIntegralNumber() && value.canConvertToLong()) {
      return value.longValue();
    }
    throw refusal(
        "`%s.%s` must be a text, a whole number, or true or false"
            .formatted(at(field), shown(named.getKey())));
  }

  private String number(String field, JsonNode element) {
    var number = element.decimalValue().stripTrailingZeros();
    if (Math.abs((long) number.scale()) > 1000) {
      throw refusal("`%s` holds a number that is too large".formatted(at(field)));
    }
    return number.toPlainString();
  }

  /** The object as it came, for a content hash. */
  JsonNode node() {
    return node;
  }

  static ApiException refusal(String message) {
    return new ApiException(Code.VALIDATION, message);
  }

  /** User input for a message: capped, printable ASCII. */
  static String shown(String text) {
    String printable = text.replaceAll("[^\\x20-\\x5f\\x61-\\x7e]", "?");
    return printable.length() > 60 ? printable.substring(0, 60) + "..." : printable;
  }

  private String at(String field) {
    return path + field;
  }
}
