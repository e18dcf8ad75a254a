package io.countersign.policy;

import java.io.StringReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.reader.ReaderException;

/** Typed values from YAML nodes; every complaint names line and column. */
final class YamlReader {
  private static final int MAX_ITEMS = 1000;
  private static final int MAX_TEXT = 500;
  private static final Pattern SIZE = Pattern.compile("([1-9]\\d{0,8})(KiB|MiB|GiB)?");
  private static final int MAX_SHOWN = 180;

  private final PolicyText text;

  YamlReader(PolicyText text) {
    this.text = text;
  }

  Node root() throws PolicyException {
    LoaderOptions options = new LoaderOptions();
    options.setNestingDepthLimit(20);
    try {
      Node root = new Yaml(options).compose(new StringReader(text.text()));
      if (root == null) {
        throw text.errorAt(0, "expected a policy, the file is empty");
      }
      return root;
    } catch (MarkedYAMLException e) {
      Mark mark = e.getProblemMark();
      throw text.errorAt(
          mark == null ? 0 : mark.getIndex(), oneLine(String.valueOf(e.getProblem())));
    } catch (ReaderException e) {
      throw text.errorAt(e.getPosition(), "expected printable characters");
    } catch (YAMLException e) {
      throw text.errorAt(0, "expected simpler YAML: " + oneLine(String.valueOf(e.getMessage())));
    }
  }

  YamlMapping mapping(Node node, Set<String> keys) throws PolicyException {
    if (!(node instanceof MappingNode mapping)) {
      throw error(node, "expected a mapping");
    }
    return new YamlMapping(this, mapping, keys);
  }

  List<Node> list(Node node) throws PolicyException {
    if (!(node instanceof SequenceNode sequence)) {
      throw error(node, "expected a list");
    }
    if (sequence.getValue().size() > MAX_ITEMS) {
      throw error(node, "expected at most %d entries".formatted(MAX_ITEMS));
    }
    return sequence.getValue();
  }

  /** A list of different texts. */
  List<String> texts(Node node) throws PolicyException {
    List<String> texts = new ArrayList<>();
    for (Node item : list(node)) {
      String value = text(item);
      if (texts.contains(value)) {
        throw error(item, "duplicate " + quote(value));
      }
      texts.add(value);
    }
    return texts;
  }

  String text(Node node) throws PolicyException {
    ScalarNode scalar = scalar(node, Tag.STR, "a text");
    String value = scalar.getValue();
    if (value.isBlank() || value.length() > MAX_TEXT) {
      throw error(node, "expected a text of 1 to %d characters".formatted(MAX_TEXT));
    }
    return value;
  }

  int count(Node node, int min, int max) throws PolicyException {
    String value = scalar(node, Tag.INT, "a whole number").getValue();
    try {
      int count = Integer.parseInt(value);
      if (count >= min && count <= max && value.equals(Integer.toString(count))) {
        return count;
      }
    } catch (NumberFormatException e) {
      // Said below: YAML's octal, hexadecimal and huge numbers are not counts either.
    }
    throw error(
        node, "expected a whole number from %d to %d, got %s".formatted(min, max, quote(value)));
  }

  /** A number of bytes, plain or with a binary unit. */
  long size(Node node) throws PolicyException {
    String expected = "a size such as 65536, 64KiB, 10MiB or 1GiB";
    String value = raw(node, expected).getValue();
    Matcher size = SIZE.matcher(value);
    if (!size.matches()) {
      throw error(node, "expected %s, got %s".formatted(expected, quote(value)));
    }
    String unit = size.group(2);
    return Long.parseLong(size.group(1))
        << (unit == null ? 0 : 10 * (1 + List.of("KiB", "MiB", "GiB").indexOf(unit)));
  }

  Duration duration(Node node) throws PolicyException {
    if (node instanceof ScalarNode scalar) {
      return Durations.parse(scalar.getValue())
          .orElseThrow(
              () ->
                  error(
                      node,
                      "expected a duration such as 90s, 10m, 2h30m or PT1H, got "
                          + quote(scalar.getValue())));
    }
    throw error(node, "expected a duration such as 90s, 10m, 2h30m or PT1H");
  }

  /** The scalar as written, whatever YAML takes it for; {@code true} is an expression too. */
  ScalarNode raw(Node node, String expected) throws PolicyException {
    if (node instanceof ScalarNode scalar) {
      return scalar;
    }
    throw error(node, "expected " + expected);
  }

  PolicyException error(Node node, String message) {
    return text.error(node, message);
  }

  PolicyException errorInside(ScalarNode node, int offset, String message) {
    return text.errorInside(node, offset, message);
  }

  static boolean isMapping(Node node) {
    return node instanceof MappingNode;
  }

  /** Where it starts. */
  static Place place(Node node) {
    return new Place(node.getStartMark().getLine() + 1, node.getStartMark().getColumn() + 1);
  }

  /** What the author wrote, in back-ticks, on one line and capped. */
  static String quote(String value) {
    return "`" + oneLine(value) + "`";
  }

  static String oneLine(String value) {
    String line = value.replaceAll("[\\p{Cntrl}\\p{Cf}\\s]+", " ");
    return line.codePointCount(0, line.length()) <= MAX_SHOWN
        ? line
        : line.substring(0, line.offsetByCodePoints(0, MAX_SHOWN)) + "...";
  }

  private ScalarNode scalar(Node node, Tag tag, String expected) throws PolicyException {
    if (!(node instanceof ScalarNode scalar)) {
      throw error(node, "expected " + expected);
    }
    if (!scalar.getTag().equals(tag)) {
      // YAML takes a bare `no` for false and `12` for a number.
      String advice = tag.equals(Tag.STR) ? " in quotes, got " : ", got ";
      throw error(node, "expected " + expected + advice + quote(scalar.getValue()));
    }
    return scalar;
  }
}
