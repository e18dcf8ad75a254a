package io.countersign.activity.channel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.action.ActionStatus;
import io.countersign.policy.Verdict;
import io.countersign.workflow.ButtonSeal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class SlackCardTest {
  private static final ButtonSeal SEAL = new ButtonSeal("signing-secret");

  /** What an agent, a table name or a comment may try. */
  static List<String> hostile() {
    return List.of(
        "<!channel> <!here> <@U123> <#C123> <https://evil.example|click>",
        "@channel @here @everyone https://evil.example/x www.evil.example",
        "``` *Approved by CISO* ```\n*Approved*\n> quoted\n`x`",
        "line one\n\n*Status*\nApproved\r\nby\u2028all\u2029people\u0085",
        "\u202Edrop table\u202C \u2066x\u2069 \u200B\u200D\uFEFF\u00AD\u2800\u3164",
        "\u0000\u001B[31mred\u001B[0m\u0007",
        ":white_check_mark: _x_ ~y~ &lt;b&gt; & < >",
        "<".repeat(2_000),
        "&".repeat(65_536),
        "😀".repeat(5_000),
        "\"\\".repeat(5_000),
        " ".repeat(10_000) + "drop table payments",
        "```".repeat(500),
        "");
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void hostileReasonStaysInsideItsLabelledField(String reason) {
    SlackCard card = card(SampleAction.delete().withReason(reason));
    assertHarmless(card);
    List<String> fields =
        texts(card).stream().filter(text -> text.contains("Said by the agent")).toList();
    assertThat(fields).hasSize(1);
    assertThat(fields.getFirst()).startsWith("*Said by the agent, unverified*\n```");
    assertThat(inFences(fields.getFirst())).doesNotContain("\n").doesNotContain("`");
    String others =
        String.join(" ", texts(card).stream().filter(t -> !fields.contains(t)).toList());
    assertThat(others).doesNotContain("CISO").doesNotContain("evil");
    assertThat(card.text()).doesNotContain("CISO").doesNotContain("evil");
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void hostileNamesCommentsAndWarningsStayInert(String name) {
    SlackCard card = card(SampleAction.delete().withNames("Delete from " + name, name));
    assertHarmless(card);
    assertThat(card.text()).doesNotContain("\n").hasSizeLessThanOrEqualTo(300);
    for (String text : texts(card)) {
      String outside = text.replaceAll("(?s)```.*?```", "").replaceAll("`[^`\n]*`", "");
      assertThat(outside).doesNotContain("`");
      if (text.startsWith("*")) {
        assertThat(outside).doesNotContain("CISO").doesNotContain("white_check");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void hostileStatementStaysInsideItsFence(String sql) {
    SlackCard card = card(SampleAction.delete().withSql("select '" + sql + "'"));
    assertHarmless(card);
    for (String text : texts(card)) {
      if (text.startsWith("*Statement*\n```")) {
        assertThat(inFences(text)).doesNotContain("`");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void hostileParametersStayInsideTheirFenceAndAreShownWholeOrNotAtAll(String param) {
    SlackCard card = card(SampleAction.delete().withParams(List.of(param)));
    assertHarmless(card);
    boolean shown = texts(card).stream().anyMatch(text -> text.startsWith("*Parameters*"));
    assertThat(buttons(card).contains("approve")).isEqualTo(shown);
  }

  @Test
  void cardLeadsWithTheAnalysisAndShowsTheStatementWhole() {
    SlackCard card = card(SampleAction.delete());
    assertThat(texts(card).getFirst()).isEqualTo("Delete from payments");
    assertThat(texts(card)).contains("*Statement*\n```delete from payments where id = 42```");
    assertThat(buttons(card)).containsExactly("approve", "deny", "open");
    assertThat(card.text())
        .isEqualTo("Waiting for review: Delete from payments (write on shop)")
        .doesNotContain("42");
  }

  @Test
  void statementThatDoesNotFitHasLengthAndDigestButNoApprove() {
    String sql = "delete from payments where note = '" + "x".repeat(65_500) + "'";
    SlackCard card = card(SampleAction.delete().withSql(sql));
    assertThat(buttons(card)).containsExactly("deny", "open");
    assertThat(card.blocks())
        .contains("65,536 bytes")
        .contains(io.countersign.action.Digest.sha256(sql).value());
  }

  @Test
  void everyStatementIsShownWholeOrCannotBeApproved() {
    for (int length = 0; length < 3_200; length += 7) {
      String sql = "x".repeat(length) + "<end>";
      SlackCard card = card(SampleAction.delete().withSql(sql));
      boolean whole =
          texts(card).contains("*Statement*\n```" + "x".repeat(length) + "&lt;end&gt;```");
      assertThat(buttons(card).contains("approve")).as("length %s", length).isEqualTo(whole);
    }
  }

  @Test
  void dangerousLineLeadsThoughTenThousandBlanksComeBeforeIt() {
    String sql = "select 1" + "\n".repeat(40) + " ".repeat(10_000) + "or delete_all()";
    SlackCard card = card(SampleAction.delete().withSql(sql).withHotLines(41));
    List<String> texts = texts(card);
    int danger = texts.indexOf("*Dangerous part*\nline 41: `or delete_all()`");
    assertThat(danger).isPositive();
    assertThat(texts.get(danger + 1)).startsWith("*Statement*");
    assertThat(buttons(card)).containsExactly("deny", "open");
  }

  @Test
  void dangerousLineFarBelowLeadsThoughTheStatementFits() {
    String sql = "select 1" + "\n".repeat(40) + "or delete_all()";
    SlackCard card = card(SampleAction.delete().withSql(sql).withHotLines(41));
    assertThat(texts(card)).contains("*Dangerous part*\nline 41: `or delete_all()`");
    assertThat(card.blocks()).contains("!41  or delete_all()");
    assertThat(buttons(card)).contains("approve");
  }

  @Test
  void hiddenValuesAreNotShownAndNotApprovedFromHere() {
    SampleAction action =
        SampleAction.delete()
            .withSql("delete from payments where card = '4111-secret'")
            .withParams(List.of("param-secret"))
            .hiding("delete from payments where card = ?");
    SlackCard card = card(action);
    assertThat(card.blocks()).doesNotContain("secret").contains("card = ?", "values hidden");
    assertThat(card.text()).doesNotContain("secret");
    assertThat(buttons(card)).containsExactly("deny", "open");
    SlackCard allowed = card(action.withRule(new Verdict.ChannelRule(false, true, null)));
    assertThat(buttons(allowed)).contains("approve");
    assertThat(allowed.blocks()).doesNotContain("secret");
  }

  @Test
  void cutStatementIsNotApprovedThoughTheRuleAllowsHiddenValues() {
    SampleAction action = SampleAction.delete().hiding("y".repeat(5_000));
    assertThat(buttons(card(action.withRule(new Verdict.ChannelRule(false, true, null)))))
        .containsExactly("deny", "open");
  }

  @Test
  void ruleForTheConsoleOnlyLeavesNoApproveHere() {
    SampleAction action = SampleAction.delete();
    Verdict.ChannelRule denyOnly = new Verdict.ChannelRule(true, false, null);
    Verdict.ChannelRule fresh = new Verdict.ChannelRule(false, false, Duration.ofMinutes(5));
    assertThat(buttons(card(action.withRule(denyOnly)))).containsExactly("deny", "open");
    assertThat(buttons(card(action.withRule(fresh)))).containsExactly("deny", "open");
  }

  @Test
  void approvingWhatCannotBeTakenBackAsksTwice() {
    assertThat(card(SampleAction.delete()).blocks()).contains("\"confirm\":{");
    assertThat(card(SampleAction.delete().reversible("yes")).blocks()).doesNotContain("confirm");
  }

  @ParameterizedTest
  @EnumSource(ActionStatus.class)
  void onlyAWaitingActionHasButtons(ActionStatus status) {
    SlackCard card = SlackCard.of(SampleAction.delete().view(status), SEAL);
    assertThat(buttons(card).isEmpty()).isEqualTo(status != ActionStatus.PENDING_REVIEW);
    assertThat(card.text()).startsWith(SlackStatus.brief(status));
  }

  @Test
  void votersAreCountsAndNeverNames() {
    String card = card(SampleAction.delete()).blocks();
    assertThat(card).contains("`dba` 1 of 1, `security` 0 of 1", "carol-sub", "agent-1");
  }

  private static void assertHarmless(SlackCard card) {
    JsonNode blocks = FakeSlack.json(card.blocks());
    assertThat(blocks.size()).isLessThanOrEqualTo(SlackCard.MAX_BLOCKS);
    assertThat(card.text().length() + card.blocks().length())
        .isLessThanOrEqualTo(SlackCard.MAX_CHARACTERS);
    assertThat(blocks.findValuesAsText("verbatim")).doesNotContain("false");
    List<String> all = new ArrayList<>(texts(card));
    all.add(card.text());
    for (String text : all) {
      assertThat(text).hasSizeLessThanOrEqualTo(3_000).doesNotContain("<", ">");
      assertThat(text.replaceAll("&(amp|lt|gt);", "")).doesNotContain("&");
      assertThat(text.codePoints().filter(SlackCardTest::isUnseen).boxed().toList())
          .as(text)
          .isEmpty();
    }
    assertThat(texts(card).getFirst()).hasSizeLessThanOrEqualTo(150);
  }

  private static boolean isUnseen(int point) {
    int type = Character.getType(point);
    return point != '\n'
        && (type == Character.CONTROL || type == Character.FORMAT || type == Character.SURROGATE);
  }

  private static String inFences(String text) {
    int start = text.indexOf("```") + 3;
    return text.substring(start, text.indexOf("```", start));
  }

  private static SlackCard card(SampleAction action) {
    return SlackCard.of(action.view(ActionStatus.PENDING_REVIEW), SEAL);
  }

  /** Every text a person would see, in order. */
  private static List<String> texts(SlackCard card) {
    List<String> texts = new ArrayList<>();
    collect(FakeSlack.json(card.blocks()), texts);
    return texts;
  }

  private static void collect(JsonNode node, List<String> texts) {
    JsonNode text = node.get("text");
    if (text != null && text.isTextual()) {
      texts.add(text.textValue());
    }
    node.forEach(child -> collect(child, texts));
  }

  private static List<String> buttons(SlackCard card) {
    return FakeSlack.json(card.blocks()).findValuesAsText("action_id");
  }
}
