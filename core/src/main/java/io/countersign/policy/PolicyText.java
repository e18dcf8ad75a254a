package io.countersign.policy;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;

/** The text of a policy file, and where something stands in it. Positions are code points. */
record PolicyText(String fileName, int[] codePoints) {
  static final int MAX_BYTES = 256 * 1024;

  static PolicyText decode(String fileName, byte[] bytes) throws PolicyException {
    if (bytes.length > MAX_BYTES) {
      throw new PolicyException(fileName, 1, 1, "expected at most %d bytes".formatted(MAX_BYTES));
    }
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    CharBuffer chars = CharBuffer.allocate(bytes.length);
    CoderResult result = decoder.decode(ByteBuffer.wrap(bytes), chars, true);
    PolicyText text = new PolicyText(fileName, chars.flip().toString().codePoints().toArray());
    if (result.isError()) {
      throw text.errorAt(text.codePoints.length, "expected UTF-8");
    }
    return text;
  }

  String text() {
    return new String(codePoints, 0, codePoints.length);
  }

  /** An error about the whole node. */
  PolicyException error(Node node, String message) {
    return new PolicyException(
        fileName, node.getStartMark().getLine() + 1, node.getStartMark().getColumn() + 1, message);
  }

  /** An error at an index of the file. */
  PolicyException errorAt(int index, String message) {
    int line = 1;
    int column = 1;
    for (int i = 0; i < Math.min(index, codePoints.length); i++) {
      column++;
      if (codePoints[i] == '\n') {
        line++;
        column = 1;
      }
    }
    return new PolicyException(fileName, line, column, message);
  }

  /**
   * An error inside a scalar's value. YAML may fold lines and strip indentation, so value and file
   * are walked together; where an escape sequence breaks the walk, the scalar's start is named.
   */
  PolicyException errorInside(ScalarNode node, int offset, String message) {
    OptionalInt index = indexInside(node, offset);
    return index.isPresent() ? errorAt(index.getAsInt(), message) : error(node, message);
  }

  private OptionalInt indexInside(ScalarNode node, int offset) {
    int[] value = node.getValue().codePoints().toArray();
    int index = contentStart(node);
    for (int i = 0; i < value.length && i < offset; i++) {
      if (Character.isWhitespace(value[i])) {
        index = i > 0 && Character.isWhitespace(value[i - 1]) ? index : skipBlanks(index);
      } else {
        if (index >= codePoints.length || codePoints[index] != value[i]) {
          return OptionalInt.empty();
        }
        index++;
      }
    }
    return OptionalInt.of(index);
  }

  private int contentStart(ScalarNode node) {
    int start = node.getStartMark().getIndex();
    ScalarStyle style = node.getScalarStyle();
    if (style == ScalarStyle.LITERAL || style == ScalarStyle.FOLDED) {
      while (start < codePoints.length && codePoints[start] != '\n') {
        start++;
      }
      return skipBlanks(start);
    }
    return style == ScalarStyle.PLAIN ? start : start + 1;
  }

  private int skipBlanks(int index) {
    int next = index;
    while (next < codePoints.length && Character.isWhitespace(codePoints[next])) {
      next++;
    }
    return next;
  }
}
