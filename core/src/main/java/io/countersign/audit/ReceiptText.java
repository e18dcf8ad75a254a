package io.countersign.audit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The text of a receipt. JSON spells one value in many ways, so a changed byte could go unnoticed
 * in white space or in an escape. A receipt is therefore one object of strings in one of few
 * layouts, each of which is exactly one text for its fields: compact (what we write), one space
 * after {@code :} and {@code ,}, or one field a line indented by two spaces, four spaces or a tab;
 * characters beyond ASCII all raw or all escaped (lower-case hex); at most one newline at the end.
 * That is what the usual tools write when they store a receipt again. Any two of these texts differ
 * in more than one byte, so each changed byte breaks the layout or changes a field.
 */
final class ReceiptText {
  private static final JsonFactory JSON = new JsonFactory();
  private static final Layout COMPACT = new Layout("{", ":", ",", "}");
  private static final List<Layout> LAYOUTS =
      List.of(
          COMPACT,
          new Layout("{", ": ", ", ", "}"),
          Layout.indented("  "),
          Layout.indented("    "),
          Layout.indented("\t"));

  private ReceiptText() {}

  private record Layout(String open, String colon, String comma, String close) {
    static Layout indented(String indent) {
      return new Layout("{\n" + indent, ": ", ",\n" + indent, "\n}");
    }
  }

  /** The compact text, with the fields in the order given. */
  static String write(Map<String, String> fields) {
    return write(fields, COMPACT, false);
  }

  /** The fields of a receipt in the order of the text. */
  static Map<String, String> read(byte[] bytes) throws EvidenceException {
    String text = StrictText.fromUtf8(bytes);
    Map<String, String> fields = fields(text);
    String body = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    for (Layout layout : LAYOUTS) {
      if (body.equals(write(fields, layout, false)) || body.equals(write(fields, layout, true))) {
        return fields;
      }
    }
    throw new EvidenceException("the text is not laid out as a receipt");
  }

  private static Map<String, String> fields(String text) throws EvidenceException {
    Map<String, String> fields = new LinkedHashMap<>();
    try (JsonParser parser = JSON.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new EvidenceException("a receipt is a JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        if (parser.nextToken() != JsonToken.VALUE_STRING) {
          throw new EvidenceException("every field of a receipt is a string");
        }
        if (fields.put(name, parser.getText()) != null) {
          throw new EvidenceException("a field of the receipt stands twice");
        }
      }
      if (parser.nextToken() != null) {
        throw new EvidenceException("text follows the receipt");
      }
      return fields;
    } catch (IOException e) {
      throw new EvidenceException("the text is not JSON");
    }
  }

  private static String write(Map<String, String> fields, Layout layout, boolean ascii) {
    StringBuilder out = new StringBuilder(layout.open());
    Iterator<Map.Entry<String, String>> iterator = fields.entrySet().iterator();
    while (iterator.hasNext()) {
      Map.Entry<String, String> field = iterator.next();
      appendString(out, field.getKey(), ascii);
      out.append(layout.colon());
      appendString(out, field.getValue(), ascii);
      if (iterator.hasNext()) {
        out.append(layout.comma());
      }
    }
    return out.append(layout.close()).toString();
  }

  private static void appendString(StringBuilder out, String text, boolean ascii) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < ' ' || (ascii && c > '~')) {
            out.append("\\u").append(String.format("%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
