package io.countersign.store.controls;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.countersign.store.controls.Answer.Exceptional;
import io.countersign.store.controls.ControlReport.Sampled;
import io.countersign.store.controls.ControlReport.Scope;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The report as one HTML file without scripts, which reads well and prints well. */
public final class ControlPage {
  private static final String STYLE = style();

  private final ControlReport report;
  private final StringBuilder html = new StringBuilder(64 * 1024);

  private ControlPage(ControlReport report) {
    this.report = report;
  }

  /** At most some thousand lines, however long the log is. */
  public static String of(ControlReport report) {
    ControlPage page = new ControlPage(report);
    page.write();
    return page.html.toString();
  }

  private void write() {
    html.append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        .append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ")
        .append("style-src 'unsafe-inline'\">\n<title>Controls: ")
        .append(escaped(report.scope().origin()))
        .append("</title>\n<style>\n")
        .append(STYLE)
        .append("</style>\n</head>\n<body>\n");
    head(report.scope());
    controls();
    questions();
    sample();
    types();
    html.append("</body>\n</html>\n");
  }

  private void head(Scope scope) {
    long exceptions = report.exceptions();
    html.append(
            "<h1>Controls</h1>\n<p class=\"soft\">What the evidence log answers to the controls ")
        .append("of SOC 2 and NIST SP 800-53 (FedRAMP) that concern it.</p>\n<dl>\n");
    line("Log", scope.origin());
    line(
        "Period",
        (scope.from() == null ? "from its beginning" : "from " + scope.from())
            + (scope.to() == null ? " to its end" : ", before " + scope.to()));
    line(
        "Entries",
        scope.first() == scope.end()
            ? "none"
            : "%s, from %d to %d"
                .formatted(number(scope.end() - scope.first()), scope.first(), scope.end() - 1));
    line("Checkpoint", "size " + number(scope.size()) + ", root " + scope.root());
    line("Made", scope.at().truncatedTo(ChronoUnit.SECONDS).toString());
    html.append("</dl>\n<div class=\"verdict")
        .append(exceptions == 0 ? "" : " bad")
        .append("\"><strong>")
        .append(
            exceptions == 0
                ? "No exceptions."
                : exceptions == 1 ? "1 exception." : number(exceptions) + " exceptions.")
        .append("</strong> An exception is something to explain, not always something wrong.")
        .append(
            "</div>\n<p>This page was made from the entries beside it, and is no proof itself: ")
        .append(
            "<code>Verify.java</code> proves that the entries are those of the signed log, and ")
        .append("whoever doubts a count can count them again. <code>controls.csv</code> and ")
        .append("<code>controls.ndjson</code> say the same to programs.</p>\n");
  }

  private void line(String words, String value) {
    html.append("<dt>")
        .append(escaped(words))
        .append("</dt><dd>")
        .append(escaped(value))
        .append("</dd>\n");
  }

  private void controls() {
    html.append("<h2>Controls</h2>\n<table class=\"controls\">\n<thead><tr><th>Control</th>")
        .append("<th>What should hold</th><th class=\"n\">Asked</th>")
        .append("<th class=\"n\">Exceptions</th></tr></thead>\n");
    for (Control control : Control.values()) {
      html.append("<tbody id=\"").append(control.name()).append("\">\n");
      List<Question> questions = control.questions();
      for (int i = 0; i < questions.size(); i++) {
        Question question = questions.get(i);
        Answer answer = report.answer(question);
        html.append("<tr>");
        if (i == 0) {
          html.append("<td rowspan=\"")
              .append(questions.size())
              .append("\"><strong>")
              .append(control.id())
              .append("</strong> <span class=\"soft\">")
              .append(control.framework())
              .append("</span><br>")
              .append(escaped(control.words()))
              .append("</td>");
        }
        html.append("<td><a href=\"#")
            .append(question.name())
            .append("\">")
            .append(escaped(question.sentence()))
            .append("</a></td><td class=\"n\">")
            .append(number(answer.asked()))
            .append("</td><td class=\"n\">")
            .append(outcome(answer))
            .append("</td></tr>\n");
      }
      html.append("</tbody>\n");
    }
    html.append("</table>\n");
  }

  /** Where nothing was asked, nothing is well either. */
  private static String outcome(Answer answer) {
    String exceptions =
        answer.exceptions() > 0
            ? "<span class=\"no\">" + number(answer.exceptions()) + "</span>"
            : answer.asked() == 0
                ? "<span class=\"soft\">nothing to ask</span>"
                : "<span class=\"ok\">none</span>";
    return answer.notAnswered() == 0
        ? exceptions
        : exceptions + ", " + number(answer.notAnswered()) + " removed";
  }

  private void questions() {
    html.append("<h2>What was asked</h2>\n");
    for (Question question : Question.values()) {
      Answer answer = report.answer(question);
      html.append("<section id=\"")
          .append(question.name())
          .append("\">\n<h3>")
          .append(escaped(question.sentence()))
          .append("</h3>\n<p class=\"query\">")
          .append(escaped(question.query()))
          .append(".</p>\n<p>Asked ")
          .append(number(answer.asked()))
          .append(answer.asked() == 1 ? " time" : " times")
          .append(", exceptions: ")
          .append(outcome(answer))
          .append(". <span class=\"soft\">")
          .append(controlsOf(question))
          .append("</span></p>\n");
      if (answer.notAnswered() > 0) {
        html.append("<p>Of ")
            .append(number(answer.notAnswered()))
            .append(" nobody can say it any more: retention removed their texts.</p>\n");
      }
      exceptions(answer);
      html.append("</section>\n");
    }
  }

  static String controlsOf(Question question) {
    return Arrays.stream(Control.values())
        .filter(control -> control.questions().contains(question))
        .map(Control::id)
        .collect(Collectors.joining(", "));
  }

  private void exceptions(Answer answer) {
    if (answer.exceptions() == 0) {
      return;
    }
    html.append("<table><thead><tr><th class=\"n\">Entry</th><th>When</th><th>Action</th>")
        .append("<th>Why</th></tr></thead><tbody>\n");
    for (Exceptional exception : answer.listed()) {
      html.append("<tr><td class=\"n\">")
          .append(exception.index() < 0 ? "" : String.valueOf(exception.index()))
          .append("</td><td>")
          .append(exception.at() == null ? "" : exception.at())
          .append("</td><td>")
          .append(action(exception.action(), exception.hasReceipt()))
          .append("</td><td>")
          .append(escaped(exception.why()))
          .append("</td></tr>\n");
    }
    html.append("</tbody></table>\n");
    long more = answer.exceptions() - answer.listed().size();
    if (more > 0) {
      html.append("<p>And ").append(number(more)).append(" more, which are not listed.</p>\n");
    }
  }

  private static String action(@Nullable String id, boolean hasReceipt) {
    if (id == null) {
      return "";
    }
    String words = "<code>" + escaped(id) + "</code>";
    return hasReceipt ? "<a href=\"" + escaped(receipt(id)) + "\">" + words + "</a>" : words;
  }

  /** Where the export has the receipt of an action. */
  static String receipt(String action) {
    return "receipts/" + action + ".json";
  }

  private void sample() {
    html.append("<h2>Sample</h2>\n<p>At most ")
        .append(ControlReport.SAMPLE)
        .append(" executions, those whose entries have the lowest hashes: nobody chose them, and ")
        .append("whoever counts again finds the same.</p>\n");
    if (report.sample().isEmpty()) {
      html.append("<p class=\"soft\">Nothing was executed.</p>\n");
      return;
    }
    html.append("<table class=\"sample\"><thead><tr><th class=\"n\">Entry</th><th>When</th>")
        .append("<th>Kind</th><th>Approved by</th><th>Receipt</th></tr></thead><tbody>\n");
    for (Sampled sampled : report.sample()) {
      html.append("<tr><td class=\"n\">")
          .append(sampled.index())
          .append("</td><td>")
          .append(sampled.at())
          .append("</td><td>")
          .append(escaped(sampled.kind()))
          .append("</td><td>")
          .append(escaped(sampled.decided()))
          .append("</td><td>")
          .append(action(sampled.action(), sampled.hasReceipt()))
          .append("</td></tr>\n");
    }
    html.append("</tbody></table>\n");
  }

  private void types() {
    html.append("<h2>Entries by type</h2>\n<table><thead><tr><th>Type</th><th class=\"n\">Entries")
        .append("</th></tr></thead><tbody>\n");
    for (Map.Entry<String, Long> type : report.types().entrySet()) {
      html.append("<tr><td><code>")
          .append(escaped(type.getKey()))
          .append("</code></td><td class=\"n\">")
          .append(number(type.getValue()))
          .append("</td></tr>\n");
    }
    html.append("</tbody></table>\n");
  }

  private static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** Whatever stands in the log stays text. */
  static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  private static String style() {
    try (InputStream in = ControlPage.class.getResourceAsStream("controls.css")) {
      if (in == null) {
        throw new IllegalStateException("controls.css is missing");
      }
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
