package io.countersign.activity.channel;

import static io.countersign.activity.channel.SlackText.code;
import static io.countersign.activity.channel.SlackText.line;
import static io.countersign.activity.channel.SlackText.words;

import com.google.gson.Gson;
import com.slack.api.model.block.ContextBlock;
import com.slack.api.model.block.HeaderBlock;
import com.slack.api.model.block.LayoutBlock;
import com.slack.api.model.block.SectionBlock;
import com.slack.api.model.block.composition.MarkdownTextObject;
import com.slack.api.model.block.composition.PlainTextObject;
import com.slack.api.model.block.composition.TextObject;
import com.slack.api.util.json.GsonFactory;
import io.countersign.action.Digest;
import io.countersign.action.Packet;
import io.countersign.workflow.ButtonSeal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collector;
import java.util.stream.Collectors;

/**
 * The Slack message of an action. At most 12 blocks and 9,000 characters with everything in them;
 * the requester's words stand in one labelled field.
 *
 * @param text for notifications; nothing of the statement is in it but the verb and the tables
 * @param blocks JSON
 */
record SlackCard(String text, String blocks) {
  static final int MAX_BLOCKS = 12;
  static final int MAX_CHARACTERS = 9_000;
  private static final int MAX_LISTED = 4;
  private static final Gson GSON =
      GsonFactory.createSnakeCase().newBuilder().disableHtmlEscaping().create();

  /** Renders the same card for the same view. */
  static SlackCard of(ReviewView view, ButtonSeal seal) {
    SlackCard card = render(view, SlackStatement.of(view), seal);
    boolean fits = card.text().length() + card.blocks().length() <= MAX_CHARACTERS;
    return fits ? card : render(view, SlackStatement.tooLong(view), seal);
  }

  Digest digest() {
    return Digest.sha256(text.length() + "\n" + text + blocks);
  }

  private static SlackCard render(ReviewView view, SlackStatement statement, ButtonSeal seal) {
    Packet packet = view.packet();
    List<LayoutBlock> blocks = new ArrayList<>();
    blocks.add(HeaderBlock.builder().text(plain(line(packet.title(), 140))).build());
    blocks.add(section(SlackStatus.of(view)));
    blocks.add(SectionBlock.builder().fields(fields(packet)).build());
    if (!packet.warnings().isEmpty() || !packet.uninspectable().isEmpty()) {
      blocks.add(section(warnings(packet)));
    }
    statement.sections().forEach(text -> blocks.add(section(text)));
    blocks.add(section(said(packet)));
    String barrier = statement.barrier();
    if (view.isWaiting() && barrier != null) {
      blocks.add(section("_" + barrier + "_"));
    }
    blocks.add(context(view));
    if (view.isWaiting()) {
      blocks.add(SlackButtons.of(view, statement, seal));
    }
    return new SlackCard(notification(view), GSON.toJson(blocks));
  }

  /** What a phone's lock screen shows. */
  private static String notification(ReviewView view) {
    Packet packet = view.packet();
    return "%s: %s (%s on %s)"
        .formatted(
            SlackStatus.brief(view.action().status()),
            words(packet.title(), 120),
            words(packet.statementClass(), 20),
            words(packet.target(), 60));
  }

  private static List<TextObject> fields(Packet packet) {
    List<TextObject> fields = new ArrayList<>();
    fields.add(field("Target", code(packet.target(), 64) + " " + code(packet.environment(), 32)));
    fields.add(field("Class", code(packet.statementClass(), 32)));
    fields.add(field("Tables", tables(packet)));
    fields.add(field("Tags", list(packet.tags(), 24)));
    fields.add(field("Rows", rows(packet)));
    fields.add(field("Can be taken back", code(packet.reversible(), 16)));
    fields.add(
        field(
            "Requested by",
            packet.requester().type().wireName() + " " + code(packet.requester().id(), 64)));
    String behalf = packet.requester().onBehalfOf();
    fields.add(field("On behalf of", behalf == null ? "nobody named" : code(behalf, 64)));
    fields.add(field("Runs once by", code(packet.guarantee(), 32)));
    fields.add(field("Rules", list(packet.rules(), 40)));
    return fields;
  }

  private static String rows(Packet packet) {
    Long estimate = packet.estimatedRows();
    String expected = estimate == null ? "unknown" : String.format(Locale.ROOT, "%,d", estimate);
    return "%s expected, %,d at most".formatted(expected, packet.maxRows());
  }

  private static String tables(Packet packet) {
    return list(
        packet.tables().stream()
            .map(
                table ->
                    table.tags().isEmpty()
                        ? table.name()
                        : line(table.name(), 40) + " (" + String.join(", ", table.tags()) + ")")
            .toList(),
        56);
  }

  private static String list(List<String> names, int max) {
    if (names.isEmpty()) {
      return "none";
    }
    String shown = names.stream().limit(MAX_LISTED).map(name -> code(name, max)).collect(joined());
    int more = names.size() - MAX_LISTED;
    return more > 0 ? shown + ", and " + more + " more" : shown;
  }

  private static Collector<CharSequence, ?, String> joined() {
    return Collectors.joining(", ");
  }

  private static String warnings(Packet packet) {
    StringBuilder text = new StringBuilder();
    if (!packet.uninspectable().isEmpty()) {
      text.append("*Could not be inspected*: ").append(list(packet.uninspectable(), 100));
    }
    if (!packet.warnings().isEmpty()) {
      text.append(text.isEmpty() ? "" : "\n");
      text.append("*Look closely*: ").append(list(packet.warnings(), 100));
    }
    return text.toString();
  }

  private static String said(Packet packet) {
    String reason = packet.said().reason();
    String text = "*Said by the agent, unverified*\n```" + padded(words(reason, 500)) + "```";
    String ticket = packet.said().ticket();
    return ticket == null
        ? text
        : text + "\nTicket, unverified: `" + padded(words(ticket, 60)) + "`";
  }

  private static String padded(String text) {
    return text.isEmpty() ? "(nothing)" : text;
  }

  private static LayoutBlock context(ReviewView view) {
    String text =
        "%s · digest %s · policy %s"
            .formatted(
                view.action().id(),
                view.action().digest(),
                line(view.packet().policyVersion(), 19));
    if (!view.isWaiting()) {
      text += " · <" + view.reviewUrl() + "|Open>";
    }
    return ContextBlock.builder().elements(List.of(markdown(text))).build();
  }

  static LayoutBlock section(String text) {
    return SectionBlock.builder().text(markdown(text)).build();
  }

  static PlainTextObject plain(String text) {
    return PlainTextObject.builder().text(text).emoji(false).build();
  }

  private static TextObject field(String label, String value) {
    return markdown("*" + label + "*\n" + value);
  }

  /** Verbatim: Slack makes no links or mentions of what looks like one. */
  private static MarkdownTextObject markdown(String text) {
    return MarkdownTextObject.builder().text(text).verbatim(true).build();
  }
}
