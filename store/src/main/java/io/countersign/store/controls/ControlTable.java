package io.countersign.store.controls;

import io.countersign.audit.CanonicalJson;
import io.countersign.store.controls.Answer.Exceptional;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The report for programs: a line for each control and question, then one for each exception. */
public final class ControlTable {
  private static final List<String> COLUMNS =
      List.of(
          "record",
          "framework",
          "control",
          "question",
          "sentence",
          "query",
          "asked",
          "exceptions",
          "not_answered",
          "entry",
          "at",
          "action",
          "why",
          "receipt");

  private ControlTable() {}

  /** One object a line. Records are {@code control} and {@code exception}. */
  public static String ndjson(ControlReport report) {
    return rows(report).stream()
        .map(row -> CanonicalJson.write(row) + "\n")
        .collect(Collectors.joining());
  }

  /** RFC 4180, with a header. */
  public static String csv(ControlReport report) {
    StringBuilder csv = new StringBuilder(String.join(",", COLUMNS)).append("\r\n");
    for (Map<String, Object> row : rows(report)) {
      csv.append(
              COLUMNS.stream()
                  .map(column -> cell(row.getOrDefault(column, "").toString()))
                  .collect(Collectors.joining(",")))
          .append("\r\n");
    }
    return csv.toString();
  }

  /** No spreadsheet takes it for a formula. */
  private static String cell(String text) {
    String safe = !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
    return safe.matches("[^\",\r\n]*") ? safe : "\"" + safe.replace("\"", "\"\"") + "\"";
  }

  private static List<Map<String, Object>> rows(ControlReport report) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Control control : Control.values()) {
      for (Question question : control.questions()) {
        Answer answer = report.answer(question);
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("record", "control");
        row.put("framework", control.framework());
        row.put("control", control.id());
        row.put("question", question.name());
        row.put("sentence", question.sentence());
        row.put("query", question.query());
        row.put("asked", answer.asked());
        row.put("exceptions", answer.exceptions());
        row.put("not_answered", answer.notAnswered());
        rows.add(row);
      }
    }
    for (Question question : Question.values()) {
      for (Exceptional exception : report.answer(question).listed()) {
        rows.add(row(question, exception));
      }
    }
    return rows;
  }

  private static Map<String, Object> row(Question question, Exceptional exception) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("record", "exception");
    row.put("question", question.name());
    row.put("why", exception.why());
    if (exception.index() >= 0) {
      row.put("entry", exception.index());
    }
    if (exception.at() != null) {
      row.put("at", exception.at().toString());
    }
    if (exception.action() != null) {
      row.put("action", exception.action());
      if (exception.hasReceipt()) {
        row.put("receipt", ControlPage.receipt(exception.action()));
      }
    }
    return row;
  }
}
