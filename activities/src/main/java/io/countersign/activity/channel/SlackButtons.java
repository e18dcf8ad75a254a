package io.countersign.activity.channel;

import com.slack.api.model.block.ActionsBlock;
import com.slack.api.model.block.LayoutBlock;
import com.slack.api.model.block.composition.ConfirmationDialogObject;
import com.slack.api.model.block.element.BlockElement;
import com.slack.api.model.block.element.ButtonElement;
import io.countersign.action.Packet;
import io.countersign.workflow.ButtonSeal;
import java.util.ArrayList;
import java.util.List;

/** The buttons of a waiting action: action id, digest and a MAC travel in them, nothing else. */
final class SlackButtons {
  private SlackButtons() {}

  static LayoutBlock of(ReviewView view, SlackStatement statement, ButtonSeal seal) {
    ButtonSeal.Button button = new ButtonSeal.Button(view.action().id(), view.action().digest());
    String value = seal.seal(button);
    List<BlockElement> elements = new ArrayList<>();
    if (statement.barrier() == null) {
      elements.add(approve(view.packet(), value));
    }
    elements.add(
        ButtonElement.builder()
            .actionId("deny")
            .text(SlackCard.plain("Deny"))
            .style("danger")
            .value(value)
            .build());
    elements.add(
        ButtonElement.builder()
            .actionId("open")
            .text(SlackCard.plain("Open"))
            .url(view.reviewUrl())
            .build());
    return ActionsBlock.builder().blockId("decide").elements(elements).build();
  }

  private static ButtonElement approve(Packet packet, String value) {
    ButtonElement.ButtonElementBuilder button =
        ButtonElement.builder()
            .actionId("approve")
            .text(SlackCard.plain("Approve"))
            .style("primary")
            .value(value);
    if (packet.reversible().equals("no")) {
      button.confirm(irreversible(packet));
    }
    return button.build();
  }

  private static ConfirmationDialogObject irreversible(Packet packet) {
    String what =
        "This cannot be taken back: %s on %s."
            .formatted(SlackText.line(packet.title(), 140), SlackText.line(packet.target(), 64));
    return ConfirmationDialogObject.builder()
        .title(SlackCard.plain("Approve for good?"))
        .text(SlackCard.plain(what))
        .confirm(SlackCard.plain("Approve"))
        .deny(SlackCard.plain("Not yet"))
        .build();
  }
}
