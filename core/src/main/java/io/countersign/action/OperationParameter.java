package io.countersign.action;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonSubTypes.Type;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What one parameter of a declared operation may hold. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @Type(value = OperationParameter.Text.class, name = "string"),
  @Type(value = OperationParameter.Whole.class, name = "integer"),
  @Type(value = OperationParameter.Flag.class, name = "boolean"),
  @Type(value = OperationParameter.Choice.class, name = "enum"),
})
public sealed interface OperationParameter {

  boolean accepts(Object value);

  /** What is accepted, as it follows on "must be". */
  String expected();

  /**
   * A text without control characters.
   *
   * @param maxLength in characters
   * @param pattern of RE2, which the whole text must match; null for any
   */
  record Text(@Nullable Integer maxLength, @Nullable String pattern) implements OperationParameter {
    private static final int MOST = 2_000;

    public Text {
      if (maxLength == null || maxLength < 1 || maxLength > MOST) {
        throw new IllegalArgumentException("maxLength: expected 1 to " + MOST);
      }
      if (pattern != null) {
        try {
          Pattern.compile(pattern);
        } catch (PatternSyntaxException e) {
          throw new IllegalArgumentException("pattern: expected a regular expression of RE2");
        }
      }
    }

    @Override
    public boolean accepts(Object value) {
      return value instanceof String text
          && !text.isEmpty()
          && text.length() <= Objects.requireNonNull(maxLength)
          && text.chars().noneMatch(Character::isISOControl)
          && StandardCharsets.UTF_8.newEncoder().canEncode(text)
          && (pattern == null || Pattern.matches(pattern, text));
    }

    @Override
    public String expected() {
      String length = "a text of 1 to %d characters".formatted(maxLength);
      return pattern == null ? length : length + " that matches `" + pattern + "`";
    }
  }

  /** A whole number within bounds, both included. */
  record Whole(@Nullable Long min, @Nullable Long max) implements OperationParameter {
    /** Beyond it JSON's numbers are not exact everywhere. */
    private static final long MOST = 1L << 53;

    public Whole {
      if (min == null || max == null || min > max || min < -MOST || max > MOST) {
        throw new IllegalArgumentException("expected `min` and `max`, at most 2^53");
      }
    }

    @Override
    public boolean accepts(Object value) {
      if (!(value instanceof Integer || value instanceof Long)) {
        return false;
      }
      long number = ((Number) value).longValue();
      return number >= Objects.requireNonNull(min) && number <= Objects.requireNonNull(max);
    }

    @Override
    public String expected() {
      return "a whole number between %d and %d".formatted(min, max);
    }
  }

  /** True or false. */
  record Flag() implements OperationParameter {
    @Override
    public boolean accepts(Object value) {
      return value instanceof Boolean;
    }

    @Override
    public String expected() {
      return "true or false";
    }
  }

  /** One of a few texts. */
  record Choice(@Nullable List<String> values) implements OperationParameter {
    private static final int MOST = 100;

    public Choice {
      if (values == null || values.isEmpty() || values.size() > MOST) {
        throw new IllegalArgumentException("values: expected 1 to " + MOST + " texts");
      }
      values = List.copyOf(values);
      if (!values.stream().allMatch(new Text(200, null)::accepts)) {
        throw new IllegalArgumentException("values: expected texts of 1 to 200 characters");
      }
    }

    @Override
    public boolean accepts(Object value) {
      return value instanceof String text && Objects.requireNonNull(values).contains(text);
    }

    @Override
    public String expected() {
      return "one of "
          + Objects.requireNonNull(values).stream()
              .map(value -> "`" + value + "`")
              .collect(Collectors.joining(", "));
    }
  }
}
