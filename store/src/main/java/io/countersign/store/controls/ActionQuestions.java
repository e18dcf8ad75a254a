package io.countersign.store.controls;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.audit.EventType;
import io.countersign.store.controls.ActionStory.Step;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;

/** What is asked of an entry together with the story of its action; empty answers say it holds. */
final class ActionQuestions {
  private ActionQuestions() {}

  /** Of an execution. */
  static Optional<String> approved(ActionStory story, Step executing) {
    Optional<Step> approval = story.approval(executing.index());
    if (approval.isEmpty()) {
      return Optional.of("executed, and nothing approved it before");
    }
    if (!approval.get().isOfSameForm(executing)) {
      return Optional.of(
          "executed in another form than the one that entry %d approved"
              .formatted(approval.get().index()));
    }
    return isAllowedByRule(approval.get()) || !approvers(approval.get()).isEmpty()
        ? Optional.empty()
        : Optional.of(
            "entry %d approved it without a vote, and no rule allowed that"
                .formatted(approval.get().index()));
  }

  /** Of an execution that people approved. */
  static Optional<String> separated(ActionStory story, Step executing) {
    Set<String> askers = story.askers();
    return story
        .approval(executing.index())
        .flatMap(
            approval ->
                approvers(approval).stream()
                    .filter(vote -> askers.contains(vote.path("person").asText()))
                    .findFirst())
        .map(vote -> "approved by who asked for it");
  }

  /** Of an approval: each of its votes. */
  static Optional<String> counted(ActionStory story, Step approval, JsonNode vote) {
    String id = vote.path("vote").asText();
    Optional<Step> counted =
        story
            .before(approval.index(), EventType.VOTE_COUNTED)
            .filter(step -> step.details().path("vote").asText("").equals(id))
            .findFirst();
    if (counted.isEmpty()) {
      return Optional.of("rests on a vote that was not counted before");
    }
    Step cast = counted.get();
    if (!cast.actor().equals(vote.path("person").asText())
        || !cast.details().path("decision").asText("").equals("approve")) {
      return Optional.of("rests on a vote that entry %d says otherwise".formatted(cast.index()));
    }
    if (!cast.details().path("voted_digest").asText("").equals(approval.text("digest"))) {
      return Optional.of("rests on entry %d, a vote on another form".formatted(cast.index()));
    }
    boolean withdrawn =
        story
            .before(approval.index(), EventType.VOTE_WITHDRAWN)
            .anyMatch(
                step ->
                    step.index() > cast.index()
                        && (step.details().path("vote").asText("").equals(id)
                            || step.actor().equals(cast.actor())));
    return withdrawn
        ? Optional.of("rests on entry %d, a vote that was withdrawn".formatted(cast.index()))
        : Optional.empty();
  }

  /** Of an execution. */
  static Optional<String> endedOnce(ActionStory story, Step executing) {
    long successes = story.count(EventType.ACTION_SUCCEEDED);
    if (successes > 1) {
      return Optional.of("succeeded %d times".formatted(successes));
    }
    boolean ended =
        story.isFollowed(
            executing.index(),
            EventType.ACTION_SUCCEEDED,
            EventType.ACTION_FAILED,
            EventType.ACTION_UNKNOWN,
            EventType.ACTION_RECONCILED);
    return ended ? Optional.empty() : Optional.of("has no end yet");
  }

  /** Of an execution. */
  static Optional<String> complete(ActionStory story, Step executing) {
    long index = executing.index();
    if (story.before(index, EventType.ACTION_SUBMITTED).findAny().isEmpty()) {
      return Optional.of("nobody submitted it");
    }
    Optional<Step> approval = story.approval(index);
    if (approval.isEmpty()) {
      return Optional.of("nothing approved it");
    }
    boolean asked = story.before(index, EventType.ACTION_PENDING).findAny().isPresent();
    return isAllowedByRule(approval.get()) || asked
        ? Optional.empty()
        : Optional.of("people approved it, and none were asked");
  }

  /** Of an execution whose outcome nobody knew. */
  static Optional<String> decided(ActionStory story, Step unknown) {
    return story.isFollowed(unknown.index(), EventType.ACTION_RECONCILED)
        ? Optional.empty()
        : Optional.of("nobody has found out yet whether it took effect");
  }

  /** Of a role that was given. */
  static Optional<String> roleApproved(ActionStory story, Step given) {
    return story.approval(given.index()).isPresent()
        ? Optional.empty()
        : Optional.of("a role was given, and nothing approved it before");
  }

  /** Of a role that was given: whether its time is over by then. */
  static boolean isOver(Step given, Instant by) {
    try {
      return !Instant.parse(given.details().path("until").asText("")).isAfter(by);
    } catch (DateTimeParseException e) {
      return true;
    }
  }

  static Optional<String> roleEnded(ActionStory story, Step given) {
    return story.isFollowed(given.index(), EventType.GRANT_TAKEN_BACK, EventType.ACTION_RECONCILED)
        ? Optional.empty()
        : Optional.of("its time is over, and nobody took it back");
  }

  /** Of who took a result away. */
  static Optional<String> readByRequester(ActionStory story, Step read) {
    return story.askers().contains(read.actor())
        ? Optional.empty()
        : Optional.of("read by somebody who had not asked for it");
  }

  /** Whether the policy let it through without people. */
  static boolean isAllowedByRule(Step approval) {
    return approval.details().path("verdict").asText("").equals("allow");
  }

  /** The votes for it that an approval names. */
  static List<JsonNode> approvers(Step approval) {
    return StreamSupport.stream(approval.details().path("votes").spliterator(), false)
        .filter(vote -> vote.path("decision").asText("").equals("approve"))
        .toList();
  }
}
