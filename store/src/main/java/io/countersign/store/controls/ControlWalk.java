package io.countersign.store.controls;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.action.ActionId;
import io.countersign.audit.Checkpoint;
import io.countersign.audit.EventType;
import io.countersign.audit.EvidenceException;
import io.countersign.audit.KeyRing;
import io.countersign.store.controls.ActionStory.Step;
import io.countersign.store.controls.Answer.Exceptional;
import io.countersign.store.controls.ControlReport.Scope;
import io.countersign.store.evidence.AuditDao;
import io.countersign.store.evidence.AuditDao.Entry;
import io.countersign.store.evidence.AuditDao.StoredCheckpoint;
import io.countersign.store.evidence.Notices;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/**
 * Reads a range of the log once and asks every question of it. Needs a snapshot of the database
 * that stands still; memory does not grow with the log.
 */
public final class ControlWalk {
  private static final int BATCH = 1_000;

  private final AuditDao log;
  private final ControlDao dao;
  private final Scope scope;
  private final Map<Question, Answer> answers = new EnumMap<>(Question.class);
  private final Map<String, Long> types = new TreeMap<>();
  private final ControlSample sample = new ControlSample();
  private final EntryQuestions entries;
  private final Set<String> policies;

  private ControlWalk(Handle handle, Scope scope, KeyRing keys) {
    this.log = handle.attach(AuditDao.class);
    this.dao = handle.attach(ControlDao.class);
    this.scope = scope;
    this.entries = new EntryQuestions(new Notices(log, keys).below(scope.size()));
    this.policies = new HashSet<>(dao.policies(scope.size()));
    for (Question question : Question.values()) {
      of(question);
    }
  }

  /**
   * @param handle within a transaction that sees one snapshot
   * @param keys that sign or signed this log
   * @param anchored how many anchors outside of the database speak of entries of the range
   */
  public static ControlReport of(Handle handle, Scope scope, KeyRing keys, long anchored) {
    ControlWalk walk = new ControlWalk(handle, scope, keys);
    walk.entries();
    walk.checkpoints(keys);
    walk.anchors(anchored);
    return new ControlReport(scope, walk.answers, walk.types, walk.sample.drawn());
  }

  private void entries() {
    for (long next = scope.first(); next < scope.end(); next += BATCH) {
      long end = Math.min(next + BATCH, scope.end());
      for (Entry entry : log.entries(next, end, BATCH)) {
        entry(entry);
      }
    }
  }

  private void entry(Entry entry) {
    // A type is what whoever can write to the table says it is: only known ones are counted apart.
    Optional<EventType> type = EntryQuestions.type(entry.type());
    types.merge(type.map(EventType::wireName).orElse("unknown"), 1L, Long::sum);
    answer(Question.KEPT, entry, entries.kept(entry));
    answer(Question.NO_GAP, entry, entries.gap(entry));
    answer(
        Question.TYPE_KNOWN,
        entry,
        type.isPresent() ? Optional.empty() : Optional.of("is of a type that nobody documented"));
    if (entry.body().isEmpty()) {
      of(Question.ENTRY_COMPLETE).unanswered();
      return;
    }
    Optional<String> incomplete = EntryQuestions.incomplete(entry);
    answer(Question.ENTRY_COMPLETE, entry, incomplete);
    if (incomplete.isEmpty() && type.isPresent()) {
      event(type.get(), entry, Step.of(entry));
    }
  }

  private void event(EventType type, Entry entry, Step step) {
    switch (type) {
      case ACTION_EXECUTING -> executing(entry, step);
      case ACTION_APPROVED -> approved(entry, step);
      case ACTION_UNKNOWN -> {
        ActionStory story = story(entry);
        answer(Question.DOUBT_DECIDED, entry, story, ActionQuestions.decided(story, step));
      }
      case GRANT_GIVEN -> given(entry, step);
      case ACTION_RESULT_READ, ARTIFACT_SENT -> {
        ActionStory story = story(entry);
        answer(
            Question.READ_BY_REQUESTER, entry, story, ActionQuestions.readByRequester(story, step));
      }
      case IDENTITY_LINKED, IDENTITY_UNLINKED ->
          answer(Question.LINKED_BY_PERSON, entry, EntryQuestions.linked(step));
      case VOTE_REFUSED, VOTE_LATE, POLICY_REJECTED ->
          answer(Question.REFUSED_WITHOUT_EFFECT, entry, EntryQuestions.refused(step));
      case VOTE_COUNTED -> answer(Question.VOTES_NAMED, entry, EntryQuestions.named(step));
      case ACTION_SUBMITTED,
          ACTION_JUDGED,
          ACTION_REFUSED,
          ACTION_PENDING,
          ACTION_SHOWN,
          ACTION_REMINDED,
          ACTION_ESCALATED,
          ACTION_EXPIRED,
          ACTION_CANCELLED,
          ACTION_DENIED,
          ACTION_LAPSED,
          ACTION_REVOKED,
          ACTION_SUCCEEDED,
          ACTION_FAILED,
          ACTION_STOP_ASKED,
          ACTION_RECONCILED,
          ARTIFACT_REQUESTED,
          ARTIFACT_BROKEN,
          GRANT_REVOKED,
          GRANT_OVERDUE,
          GRANT_NOT_FOUND,
          GRANT_TAKEN_BACK,
          VOTE_WITHDRAWN,
          POLICY_LOADED,
          KEY_ROTATED,
          AUDIT_SHREDDED,
          AUDIT_HELD,
          AUDIT_RELEASED,
          AUDIT_RETENTION,
          AUDIT_HEARTBEAT -> {}
    }
  }

  private void executing(Entry entry, Step step) {
    ActionStory story = story(entry);
    answer(Question.APPROVED, entry, story, ActionQuestions.approved(story, step));
    answer(Question.ENDED_ONCE, entry, story, ActionQuestions.endedOnce(story, step));
    answer(Question.STORY_COMPLETE, entry, story, ActionQuestions.complete(story, step));
    Optional<Step> approval = story.approval(step.index());
    if (!story.isReadable() || approval.filter(ActionQuestions::isAllowedByRule).isEmpty()) {
      answer(Question.SEPARATED, entry, story, ActionQuestions.separated(story, step));
    }
    sample.offer(entry, story, step, hasReceipt(entry, story));
  }

  private void approved(Entry entry, Step step) {
    String policy = step.text("policy");
    answer(
        Question.POLICY_KNOWN,
        entry,
        policies.contains(policy)
            ? Optional.empty()
            : Optional.of("names a policy that was never put in force"));
    List<JsonNode> votes = ActionQuestions.approvers(step);
    if (!votes.isEmpty()) {
      ActionStory story = story(entry);
      for (JsonNode vote : votes) {
        answer(Question.VOTES_COUNTED, entry, story, ActionQuestions.counted(story, step, vote));
      }
    }
  }

  private void given(Entry entry, Step step) {
    ActionStory story = story(entry);
    answer(Question.ROLES_APPROVED, entry, story, ActionQuestions.roleApproved(story, step));
    if (ActionQuestions.isOver(step, scope.at())) {
      answer(Question.ROLES_ENDED, entry, story, ActionQuestions.roleEnded(story, step));
    }
  }

  private ActionStory story(Entry entry) {
    String action = entry.actionId();
    return ActionStory.of(action == null ? List.of() : dao.story(action, scope.size()));
  }

  private boolean hasReceipt(Entry entry, ActionStory story) {
    // The name of a file is made of it, and the column is no evidence.
    return entry.actionId() != null
        && ActionId.isWellFormed(entry.actionId())
        && story.endedWithin(scope.first(), scope.end());
  }

  private Answer of(Question question) {
    return answers.computeIfAbsent(question, asked -> new Answer());
  }

  private void answer(Question question, Entry entry, ActionStory story, Optional<String> wrong) {
    if (wrong.isPresent() && !story.isReadable()) {
      of(question).unanswered();
    } else {
      answer(question, entry, wrong, hasReceipt(entry, story));
    }
  }

  private void answer(Question question, Entry entry, Optional<String> wrong) {
    answer(question, entry, wrong, false);
  }

  private void answer(Question question, Entry entry, Optional<String> wrong, boolean hasReceipt) {
    Answer answer = of(question);
    wrong.ifPresentOrElse(
        why ->
            answer.fails(
                new Exceptional(
                    entry.idx(), entry.actionId(), entry.occurredAt(), why, hasReceipt)),
        answer::holds);
  }

  private void checkpoints(KeyRing keys) {
    Answer answer = of(Question.SIGNED);
    long after = scope.first();
    List<StoredCheckpoint> stored = log.checkpointsAfter(after, BATCH);
    while (!stored.isEmpty()) {
      for (StoredCheckpoint checkpoint : stored) {
        after = checkpoint.size();
        unsigned(keys, checkpoint)
            .ifPresentOrElse(
                why -> answer.fails(new Exceptional(-1, null, checkpoint.createdAt(), why, false)),
                answer::holds);
        if (after >= scope.end()) {
          return;
        }
      }
      stored = log.checkpointsAfter(after, BATCH);
    }
    answer.fails(
        new Exceptional(
            -1, null, null, "no checkpoint reaches to entry " + (scope.end() - 1), false));
  }

  private static Optional<String> unsigned(KeyRing keys, StoredCheckpoint stored) {
    String which = "the checkpoint of size " + stored.size();
    try {
      Checkpoint signed = keys.open(stored.note()).checkpoint();
      return signed.size() == stored.size() && Arrays.equals(signed.root().bytes(), stored.root())
          ? Optional.empty()
          : Optional.of(which + " was signed for another tree");
    } catch (EvidenceException e) {
      return Optional.of(which + " is not signed by the log's keys");
    }
  }

  private void anchors(long anchored) {
    Answer answer = of(Question.ANCHORED);
    for (long i = 0; i < anchored; i++) {
      answer.holds();
    }
    if (answer.asked() == 0) {
      answer.fails(
          new Exceptional(
              -1, null, null, "no anchor outside of the database reaches this range", false));
    }
  }
}
