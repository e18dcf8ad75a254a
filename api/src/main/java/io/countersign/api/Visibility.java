package io.countersign.api;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Code;
import io.countersign.api.identity.Caller;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.ActionStore;
import java.util.Collections;

/** Who may see an action. What a caller may not see looks like what does not exist. */
final class Visibility {
  private final ActionStore actions;

  Visibility(ActionStore actions) {
    this.actions = actions;
  }

  /** The action if the caller may see it; NOT_FOUND otherwise. */
  ActionRow visible(Caller caller, String id) {
    return any(id, row -> maySee(caller, row));
  }

  /** The action if the caller submitted it; NOT_FOUND otherwise. */
  ActionRow own(Caller caller, String id) {
    return any(id, row -> isRequester(caller, row));
  }

  /** The action whoever asks: only for refusals that say nothing of it. */
  ActionRow existing(String id) {
    return any(id, row -> true);
  }

  static boolean maySee(Caller caller, ActionRow row) {
    return isRequester(caller, row)
        || (caller.isPerson()
            && (caller.isAuditor()
                || (caller.isOperator() && row.status() == ActionStatus.NEEDS_RECONCILIATION)
                || row.parties().contains(caller.id())
                || !Collections.disjoint(row.reviewIdpGroups(), caller.idpGroups())));
  }

  /** Whether the caller learns who the people in an action are, where they see the action. */
  static boolean maySeePeople(Caller caller) {
    return caller.isPerson();
  }

  static boolean isRequester(Caller caller, ActionRow row) {
    return row.requester().type() == caller.type() && row.requester().id().equals(caller.id());
  }

  private ActionRow any(String id, java.util.function.Predicate<ActionRow> allowed) {
    if (ActionId.isWellFormed(id)) {
      var row = actions.find(new ActionId(id));
      if (row.isPresent() && allowed.test(row.get())) {
        return row.get();
      }
    }
    throw new ApiException(Code.NOT_FOUND, "there is no such action, or it is not yours to see");
  }
}
