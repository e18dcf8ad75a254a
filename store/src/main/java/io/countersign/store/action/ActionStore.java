package io.countersign.store.action;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.audit.Event;
import io.countersign.store.evidence.Outbox;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Every change of an action: the row and its evidence in one transaction, then a notification. No
 * state changes without evidence.
 */
public final class ActionStore {
  private final Jdbi jdbi;

  public ActionStore(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /** What became of a submission. */
  public sealed interface Submission {
    /** Stored for the first time. */
    record Created(ActionRow action) implements Submission {}

    /** The same key and the same content again. */
    record Repeated(ActionRow action) implements Submission {}

    /** The same key with other content. */
    record Mismatch() implements Submission {}
  }

  /** Stores the action with its first evidence, or finds the one with the same idempotency key. */
  public Submission submit(NewAction action, Event submitted) {
    return jdbi.inTransaction(
        handle -> {
          ActionDao actions = handle.attach(ActionDao.class);
          if (actions.insert(action) == 1) {
            record(handle, action.actionId(), submitted);
            return new Submission.Created(actions.find(action.id()).orElseThrow());
          }
          ActionRow earlier =
              actions
                  .findByKey(
                      action.requesterType(),
                      action.requesterId(),
                      String.valueOf(action.idempotencyKey()))
                  .orElseThrow();
          return earlier.contentHash().equals(action.contentHash())
              ? new Submission.Repeated(earlier)
              : new Submission.Mismatch();
        });
  }

  public Optional<ActionRow> find(ActionId id) {
    return jdbi.withExtension(ActionDao.class, actions -> actions.find(id));
  }

  public List<ActionRow> list(ActionDao.ActionFilter filter) {
    return jdbi.withExtension(ActionDao.class, actions -> actions.list(filter));
  }

  /** Actions that a workflow should drive and that last changed in the given time. */
  public List<ActionId> open(Instant after, Instant before, int limit) {
    return jdbi
        .withExtension(ActionDao.class, actions -> actions.open(after, before, limit))
        .stream()
        .map(ActionId::new)
        .toList();
  }

  /**
   * Moves an action on, with its evidence.
   *
   * @return false where it stands in none of the expected states; nothing is written then
   */
  public boolean transition(
      ActionId id, Set<ActionStatus> from, ActionStatus to, Change change, Event event) {
    return jdbi.inTransaction(handle -> transition(handle, id, from, to, change, event));
  }

  /** The same inside a transaction of the caller. */
  public boolean transition(
      Handle handle,
      ActionId id,
      Set<ActionStatus> from,
      ActionStatus to,
      Change change,
      Event event) {
    List<String> expected = from.stream().map(ActionStatus::name).toList();
    ActionDao actions = handle.attach(ActionDao.class);
    if (actions.transition(id.value(), expected, to.name(), event.at(), change.columns()) == 0) {
      return false;
    }
    record(handle, id, event);
    return true;
  }

  /**
   * Asks the worker to stop an execution, with evidence. What becomes of it, only the target knows.
   *
   * @return false where it is not executing
   */
  public boolean askStop(ActionId id, Event event) {
    return jdbi.inTransaction(
        handle -> {
          if (handle.attach(ExecutionDao.class).askStop(id.value(), event.at()) == 0) {
            return false;
          }
          record(handle, id, event);
          return true;
        });
  }

  /**
   * Asks for a granted role to be taken back now, with its evidence; false where it was asked for
   * before, or has ended.
   */
  public boolean endGrant(ActionId id, Event event) {
    return jdbi.inTransaction(
        handle -> {
          if (handle.attach(RoleGrantDao.class).revoke(id.value(), event.at()) == 0) {
            return false;
          }
          record(handle, id, event);
          return true;
        });
  }

  /** Evidence of something that changes no status (a reminder, a refused vote, a result read). */
  public void note(ActionId id, Event event) {
    jdbi.useTransaction(handle -> note(handle, id, event));
  }

  /** The same inside a transaction of the caller. */
  public void note(Handle handle, ActionId id, Event event) {
    record(handle, id, event);
  }

  /** Evidence inside a transaction of the caller. */
  public void record(Handle handle, ActionId id, Event event) {
    if (!id.equals(event.action())) {
      throw new IllegalArgumentException("an event of another action");
    }
    Outbox.insert(handle, event, "countersign_action");
  }
}
