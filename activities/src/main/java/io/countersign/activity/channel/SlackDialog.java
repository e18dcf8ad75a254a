package io.countersign.activity.channel;

import com.slack.api.model.block.InputBlock;
import com.slack.api.model.block.LayoutBlock;
import com.slack.api.model.block.element.PlainTextInputElement;
import com.slack.api.model.view.View;
import com.slack.api.model.view.ViewClose;
import com.slack.api.model.view.ViewSubmit;
import com.slack.api.model.view.ViewTitle;
import io.countersign.workflow.ButtonSeal;
import java.util.List;

/** The dialog that asks a reviewer why they deny. */
final class SlackDialog {
  private static final int MAX_REASON = 1_000;

  private SlackDialog() {}

  static View of(ReviewView view, ButtonSeal seal) {
    String value = seal.seal(new ButtonSeal.Button(view.action().id(), view.action().digest()));
    return View.builder()
        .type("modal")
        .callbackId("deny")
        .privateMetadata(value)
        .title(ViewTitle.builder().type("plain_text").text("Deny").build())
        .submit(ViewSubmit.builder().type("plain_text").text("Deny").build())
        .close(ViewClose.builder().type("plain_text").text("Back").build())
        .blocks(List.of(what(view), reason()))
        .build();
  }

  private static LayoutBlock what(ReviewView view) {
    return SlackCard.section(
        SlackText.code(view.packet().title(), 140)
            + " on "
            + SlackText.code(view.packet().target(), 64));
  }

  private static LayoutBlock reason() {
    return InputBlock.builder()
        .blockId("reason")
        .label(SlackCard.plain("Why? The agent reads this"))
        .element(
            PlainTextInputElement.builder()
                .actionId("reason")
                .multiline(true)
                .minLength(1)
                .maxLength(MAX_REASON)
                .build())
        .build();
  }
}
