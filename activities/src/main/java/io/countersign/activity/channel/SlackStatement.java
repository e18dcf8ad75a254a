package io.countersign.activity.channel;

import io.countersign.action.Digest;
import io.countersign.action.Packet;
import io.countersign.policy.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The statement and its parameters as far as a message can show them (R16): whole, or as length and
 * digest.
 *
 * @param barrier why nobody can approve from this message, or null where they can
 */
record SlackStatement(List<String> sections, @Nullable String barrier) {
  private static final String CHANNEL = "slack";
  private static final int MAX_STATEMENT = 2_900;
  private static final int MAX_PARAMS = 900;
  private static final int MAX_HOT_LINES = 2;
  private static final int LEADING_LINES = 6;

  static SlackStatement of(ReviewView view) {
    Packet packet = view.packet();
    String shown = packet.hidesValues() ? packet.statementMasked() : packet.statement();
    SlackText.Cut statement = SlackText.lines(numbered(shown, packet), MAX_STATEMENT);
    SlackText.Cut params = SlackText.lines(params(packet), MAX_PARAMS);
    if (!statement.whole() || !params.whole()) {
      return tooLong(view);
    }
    List<String> sections = new ArrayList<>();
    if (dangerIsBelow(packet)) {
      sections.add(danger(packet));
    }
    String label = packet.hidesValues() ? "*Statement, values hidden*" : "*Statement*";
    sections.add(label + "\n" + fenced(statement.text()));
    if (!packet.params().isEmpty()) {
      sections.add("*Parameters*\n" + fenced(params.text()));
    }
    if (!packet.comments().isEmpty()) {
      sections.add(comments(packet));
    }
    return new SlackStatement(sections, barrier(view));
  }

  /** Length, digest and the dangerous part instead of a statement that does not fit. */
  static SlackStatement tooLong(ReviewView view) {
    Packet packet = view.packet();
    List<String> sections = new ArrayList<>();
    if (!packet.hotLines().isEmpty() && !packet.hidesValues()) {
      sections.add(danger(packet));
    }
    sections.add(
        "*Statement* of %,d bytes and %d parameters, too long to show here whole\n`%s`"
            .formatted(
                packet.statementBytes(),
                packet.params().size(),
                Digest.sha256(view.action().arguments().text())));
    return new SlackStatement(
        sections, "The statement does not fit here whole: open it to approve.");
  }

  private static @Nullable String barrier(ReviewView view) {
    Verdict.ChannelRule rule = view.rule(CHANNEL);
    if (rule.denyOnly()) {
      return "The policy takes no approval from Slack: open it to approve.";
    }
    if (rule.signedInWithin() != null) {
      return "The policy asks for a fresh sign-in: open it to approve.";
    }
    if (view.packet().hidesValues() && !rule.hiddenValues()) {
      return "Values are hidden here: open it to approve.";
    }
    return null;
  }

  /** Line numbers where there is more than one line; a dangerous line is marked. */
  private static String numbered(String statement, Packet packet) {
    List<String> lines = statement.lines().toList();
    if (lines.size() < 2) {
      return statement;
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < lines.size(); i++) {
      String mark = isHot(packet, i + 1) ? "!" : " ";
      text.append(i == 0 ? "" : "\n").append("%s%2d  ".formatted(mark, i + 1)).append(lines.get(i));
    }
    return text.toString();
  }

  /** Masking may change the line breaks inside literals, so lines are marked only unmasked. */
  private static boolean isHot(Packet packet, int number) {
    return !packet.hidesValues() && packet.hotLines().contains(number);
  }

  private static boolean dangerIsBelow(Packet packet) {
    return !packet.hidesValues()
        && packet.hotLines().stream().anyMatch(number -> number > LEADING_LINES);
  }

  private static String danger(Packet packet) {
    List<String> lines = packet.statement().lines().toList();
    StringBuilder text = new StringBuilder("*Dangerous part*");
    packet.hotLines().stream()
        .filter(number -> number >= 1 && number <= lines.size())
        .limit(MAX_HOT_LINES)
        .forEach(
            number ->
                text.append("\nline ")
                    .append(number)
                    .append(": ")
                    .append(SlackText.code(lines.get(number - 1), 200)));
    return text.toString();
  }

  private static String params(Packet packet) {
    StringBuilder text = new StringBuilder();
    int number = 0;
    for (@Nullable String param : packet.params()) {
      number++;
      text.append(number == 1 ? "" : "\n").append('$').append(number).append(" = ");
      text.append(packet.hidesValues() ? "(hidden)" : param == null ? "null" : quoted(param));
    }
    return text.toString();
  }

  private static String quoted(String param) {
    return "'" + param.replace("'", "''") + "'";
  }

  /** Comments can quote data, so they are only counted where values are hidden. */
  private static String comments(Packet packet) {
    String head = "*Comments in the statement, not checked by anybody*: ";
    if (packet.hidesValues()) {
      return head + packet.comments().size();
    }
    StringBuilder text = new StringBuilder(head);
    packet.comments().stream()
        .limit(2)
        .forEach(comment -> text.append("\n`").append(SlackText.words(comment, 120)).append('`'));
    int more = packet.comments().size() - 2;
    return more > 0 ? text + "\nand " + more + " more" : text.toString();
  }

  private static String fenced(String text) {
    return "```" + (text.isBlank() ? "(empty)" : text) + "```";
  }
}
