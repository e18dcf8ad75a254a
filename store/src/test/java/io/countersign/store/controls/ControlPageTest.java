package io.countersign.store.controls;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.action.Json;
import io.countersign.store.controls.Answer.Exceptional;
import io.countersign.store.controls.ControlReport.Sampled;
import io.countersign.store.controls.ControlReport.Scope;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ControlPageTest {
  private static final String MARKUP = "<script>alert(1)</script>\"'&=<img src=x onerror=alert(2)>";
  private static final Instant AT = Instant.parse("2026-11-24T12:00:00Z");

  private static ControlReport report(int exceptions, String text) {
    Map<Question, Answer> answers = new EnumMap<>(Question.class);
    for (Question question : Question.values()) {
      answers.put(question, new Answer());
    }
    Answer approved = new Answer();
    approved.holds();
    approved.unanswered();
    for (int i = 0; i < exceptions; i++) {
      approved.fails(new Exceptional(i, text, AT, text, i == 0));
    }
    answers.put(Question.APPROVED, approved);
    Scope scope = new Scope(text, 1_234_567, "root", AT, null, 0, 1_000, AT);
    return new ControlReport(
        scope, answers, Map.of(text, 3L), List.of(new Sampled(7, text, AT, text, text, true)));
  }

  private static List<JsonNode> lines(ControlReport report) {
    return ControlTable.ndjson(report)
        .lines()
        .map(line -> Json.read(line, JsonNode.class))
        .toList();
  }

  @Test
  void whateverStandsInTheLogStaysText() {
    String page = ControlPage.of(report(2, MARKUP));

    assertThat(page)
        .doesNotContain("<script", "<img", "onerror=\"")
        .contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;=&lt;img src=x")
        .contains("content=\"default-src 'none'; style-src 'unsafe-inline'\"");
  }

  @Test
  void pageSaysForEachControlWhatWasAskedAndWhatCameOfIt() {
    String page = ControlPage.of(report(2, "act_1"));

    for (Control control : Control.values()) {
      assertThat(page).contains("<strong>" + control.id() + "</strong>");
    }
    for (Question question : Question.values()) {
      assertThat(page).contains("<section id=\"" + question.name() + "\">");
    }
    assertThat(page)
        .contains("<strong>2 exceptions.</strong>")
        .contains("Asked 4 times, exceptions: <span class=\"no\">2</span>, 1 removed.")
        .contains("<span class=\"soft\">nothing to ask</span>")
        .contains("1,000, from 0 to 999")
        .contains("<a href=\"receipts/act_1.json\"><code>act_1</code></a>");
    assertThat(ControlPage.of(report(0, "act_1"))).contains("<strong>No exceptions.</strong>");
  }

  @Test
  void moreExceptionsThanAPageHoldsAreCounted() {
    String page = ControlPage.of(report(Answer.LISTED + 5, "act_1"));

    assertThat(page).contains("1,005").contains("And 5 more, which are not listed.");
    assertThat(lines(report(Answer.LISTED + 5, "act_1")))
        .filteredOn(line -> line.path("record").asText().equals("exception"))
        .hasSize(Answer.LISTED);
  }

  @Test
  void programsReadTheSame() {
    List<JsonNode> lines = lines(report(2, "act_1"));

    long asked = Arrays.stream(Control.values()).mapToLong(c -> c.questions().size()).sum();
    assertThat(lines).hasSize((int) asked + 2);
    JsonNode first = lines.getFirst();
    assertThat(first.path("framework").asText()).isEqualTo("SOC 2");
    assertThat(first.path("control").asText()).isEqualTo("CC6.1");
    assertThat(first.path("question").asText()).isEqualTo("APPROVED");
    assertThat(first.path("asked").asLong()).isEqualTo(4);
    assertThat(first.path("exceptions").asLong()).isEqualTo(2);
    assertThat(first.path("not_answered").asLong()).isEqualTo(1);
    JsonNode exception = lines.get((int) asked);
    assertThat(exception.path("entry").asLong()).isZero();
    assertThat(exception.path("receipt").asText()).isEqualTo("receipts/act_1.json");
    assertThat(lines.getLast().has("receipt")).isFalse();
  }

  @Test
  void tableIsNoFormulaAndBreaksNoLine() {
    String csv = ControlTable.csv(report(1, "=cmd|' /C calc'!A0,\"x\"\r\nnext"));
    List<String> records = Arrays.asList(csv.split("\r\n(?=control,|exception,)"));

    assertThat(records.getFirst())
        .isEqualTo(
            "record,framework,control,question,sentence,query,asked,exceptions,not_answered,"
                + "entry,at,action,why,receipt");
    assertThat(records.getLast())
        .contains("\"'=cmd|' /C calc'!A0,\"\"x\"\"\r\nnext\"")
        .startsWith("exception,,,APPROVED,");
    assertThat(records.stream().filter(line -> line.startsWith("control,")))
        .hasSize(Arrays.stream(Control.values()).mapToInt(c -> c.questions().size()).sum());
  }
}
