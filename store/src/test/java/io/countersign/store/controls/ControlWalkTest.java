package io.countersign.store.controls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.countersign.action.ActionId;
import io.countersign.action.Digest;
import io.countersign.audit.EventType;
import io.countersign.store.controls.Answer.Exceptional;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ControlWalkTest {
  private final ControlLog log = new ControlLog();

  @BeforeEach
  void begin() {
    log.policyLoaded();
  }

  @AfterEach
  void close() {
    log.close();
  }

  /** What did not hold, and nothing else. */
  private List<String> wrong(Question question) {
    return exceptions(log.report(), question).stream().map(Exceptional::why).toList();
  }

  private static List<Exceptional> exceptions(ControlReport report, Question question) {
    return report.answer(question).listed();
  }

  @Test
  void everyQuestionBelongsToAControlAndEveryControlAsksOne() {
    Set<Question> asked =
        Stream.of(Control.values())
            .flatMap(control -> control.questions().stream())
            .collect(Collectors.toSet());

    assertThat(asked).isEqualTo(EnumSet.allOf(Question.class));
    assertThat(Control.values()).allMatch(control -> !control.questions().isEmpty());
    assertThat(Stream.of(Control.values()).map(Control::id))
        .containsExactly(
            "CC6.1", "CC6.2", "CC6.3", "CC7.2", "CC8.1", "AC-2", "AC-3", "AC-5", "AC-6(9)", "AU-2",
            "AU-3", "AU-6", "AU-9(3)", "AU-10", "AU-11", "AU-12");
  }

  @Test
  void wellKeptLogHasNoExceptions() {
    ActionId action = log.executed("carol", "alice", "bob");
    ActionId allowed = ActionId.random();
    log.log(EventType.ACTION_SUBMITTED, allowed, ControlLog.AGENT, Map.of("kind", "execute_sql"));
    log.log(EventType.ACTION_APPROVED, allowed, ControlLog.SYSTEM, Map.of("verdict", "allow"));
    log.log(EventType.ACTION_EXECUTING, allowed, ControlLog.SYSTEM, Map.of());
    log.log(EventType.ACTION_SUCCEEDED, allowed, ControlLog.SYSTEM, Map.of());
    log.log(EventType.ACTION_RESULT_READ, allowed, ControlLog.AGENT, Map.of());
    log.log(EventType.VOTE_REFUSED, action, ControlLog.AGENT, Map.of("attempt", "vote"));
    log.anchored();
    ControlReport report = log.report();

    assertThat(Stream.of(Question.values()).flatMap(asked -> exceptions(report, asked).stream()))
        .isEmpty();
    assertThat(report.exceptions()).isZero();
    assertThat(report.answer(Question.APPROVED).asked()).isEqualTo(2);
    assertThat(report.answer(Question.SEPARATED).asked()).as("people decided").isEqualTo(1);
    assertThat(report.answer(Question.VOTES_COUNTED).asked()).isEqualTo(2);
    assertThat(report.answer(Question.READ_BY_REQUESTER).asked()).isEqualTo(1);
    assertThat(report.answer(Question.ENTRY_COMPLETE).asked()).isEqualTo(log.size());
    assertThat(report.types()).containsEntry("action.executing", 2L);
    assertThat(report.sample())
        .extracting(
            ControlReport.Sampled::action,
            ControlReport.Sampled::decided,
            ControlReport.Sampled::hasReceipt)
        .containsExactlyInAnyOrder(
            tuple(action.value(), "2 votes", true), tuple(allowed.value(), "a rule", true));
  }

  @Test
  void executionWithoutApprovalIsAnException() {
    ActionId action = log.pending("carol");
    log.log(EventType.ACTION_EXECUTING, action, ControlLog.SYSTEM, Map.of());
    log.log(EventType.ACTION_SUCCEEDED, action, ControlLog.SYSTEM, Map.of());

    assertThat(wrong(Question.APPROVED))
        .containsExactly("executed, and nothing approved it before");
    assertThat(wrong(Question.STORY_COMPLETE)).containsExactly("nothing approved it");
    assertThat(exceptions(log.report(), Question.APPROVED))
        .extracting(Exceptional::action, Exceptional::hasReceipt)
        .containsExactly(tuple(action.value(), true));
  }

  @Test
  void approvalThatCameAfterTheExecutionDoesNotCount() {
    ActionId action = log.pending("carol");
    log.vote(action, "alice");
    log.log(EventType.ACTION_EXECUTING, action, ControlLog.SYSTEM, Map.of());
    log.approve(action, "alice");

    assertThat(wrong(Question.APPROVED))
        .containsExactly("executed, and nothing approved it before");
    assertThat(wrong(Question.ENDED_ONCE)).containsExactly("has no end yet");
  }

  @Test
  void executionOfAnotherFormThanTheApprovedOneIsAnException() {
    ActionId action = log.pending("carol");
    log.vote(action, "alice");
    log.approve(action, "alice");
    Digest other = Digest.sha256("another statement");
    log.log(EventType.ACTION_EXECUTING, action, other, ControlLog.SYSTEM, null, Map.of());

    assertThat(wrong(Question.APPROVED))
        .singleElement()
        .asString()
        .matches("executed in another form than the one that entry \\d+ approved");
  }

  @Test
  void approvalWithoutVoteOrRuleIsAnException() {
    ActionId action = log.executed("carol");

    assertThat(wrong(Question.APPROVED))
        .singleElement()
        .asString()
        .matches("entry \\d+ approved it without a vote, and no rule allowed that");
    assertThat(action).isNotNull();
  }

  @Test
  void requesterOrTheirHumanAmongTheVotersIsAnException() {
    log.executed("carol", "alice", "carol");

    assertThat(wrong(Question.SEPARATED)).containsExactly("approved by who asked for it");
  }

  @Test
  void votesThatDoNotCarryTheApprovalAreExceptions() {
    ActionId uncounted = log.pending("carol");
    log.approve(uncounted, "alice");
    ActionId withdrawn = log.pending("carol");
    log.vote(withdrawn, "alice");
    log.log(
        EventType.VOTE_WITHDRAWN,
        withdrawn,
        ControlLog.person("alice"),
        Map.of("vote", "another", "decision", "withdraw"));
    log.approve(withdrawn, "alice");
    ActionId denied = log.pending("carol");
    log.log(
        EventType.VOTE_COUNTED,
        denied,
        ControlLog.person("alice"),
        Map.of(
            "vote",
            "alice" + denied.value(),
            "decision",
            "deny",
            "voted_digest",
            ControlLog.digest(denied).value()));
    log.approve(denied, "alice");
    ActionId elsewhere = log.pending("carol");
    log.log(
        EventType.VOTE_COUNTED,
        elsewhere,
        ControlLog.person("alice"),
        Map.of(
            "vote",
            "alice" + elsewhere.value(),
            "decision",
            "approve",
            "voted_digest",
            ControlLog.digest(denied).value()));
    log.approve(elsewhere, "alice");
    ActionId another = log.pending("carol");
    log.log(
        EventType.VOTE_COUNTED,
        another,
        ControlLog.person("mallory"),
        ControlLog.ballot(another, "alice"));
    log.approve(another, "alice");

    assertThat(wrong(Question.VOTES_COUNTED).stream().map(why -> why.replaceAll("\\d+", "#")))
        .containsExactly(
            "rests on a vote that was not counted before",
            "rests on entry #, a vote that was withdrawn",
            "rests on a vote that entry # says otherwise",
            "rests on entry #, a vote on another form",
            "rests on a vote that entry # says otherwise");
    assertThat(wrong(Question.VOTES_NAMED))
        .containsExactly("a vote that counted for another form than it was cast for");
  }

  @Test
  void policyThatWasNeverPutInForceIsAnException() {
    log.executed("carol", "alice");
    log.tamper(
        "update audit_entry set body = replace(body, 'a', 'b') where type = 'policy.loaded'");

    assertThat(wrong(Question.POLICY_KNOWN))
        .containsExactly("names a policy that was never put in force");
  }

  @Test
  void secondSuccessIsAnException() {
    ActionId action = log.executed("carol", "alice");
    log.log(EventType.ACTION_SUCCEEDED, action, ControlLog.SYSTEM, Map.of());

    assertThat(wrong(Question.ENDED_ONCE)).containsExactly("succeeded 2 times");
  }

  @Test
  void doubtThatNobodyDecidedIsAnException() {
    ActionId open = log.pending("carol");
    log.log(EventType.ACTION_UNKNOWN, open, ControlLog.SYSTEM, Map.of());
    ActionId decided = log.pending("carol");
    log.log(EventType.ACTION_UNKNOWN, decided, ControlLog.SYSTEM, Map.of());
    log.log(EventType.ACTION_RECONCILED, decided, ControlLog.person("erin"), Map.of());

    assertThat(exceptions(log.report(), Question.DOUBT_DECIDED))
        .singleElement()
        .extracting(Exceptional::action, Exceptional::why)
        .containsExactly(open.value(), "nobody has found out yet whether it took effect");
  }

  @Test
  void roleThatWasNotTakenBackInTimeIsAnException() {
    String until = log.evidence.clock.instant().plus(Duration.ofHours(1)).toString();
    ActionId kept = log.executed("carol", "alice");
    log.log(EventType.GRANT_GIVEN, kept, ControlLog.SYSTEM, Map.of("until", until));
    ActionId ended = log.executed("carol", "alice");
    log.log(EventType.GRANT_GIVEN, ended, ControlLog.SYSTEM, Map.of("until", until));
    log.log(EventType.GRANT_TAKEN_BACK, ended, ControlLog.SYSTEM, Map.of("why", "expired"));
    ActionId bare = ActionId.random();
    log.log(EventType.GRANT_GIVEN, bare, ControlLog.SYSTEM, Map.of("until", until));

    assertThat(wrong(Question.ROLES_ENDED)).as("not over yet").isEmpty();
    assertThat(wrong(Question.ROLES_APPROVED))
        .containsExactly("a role was given, and nothing approved it before");
    log.later(Duration.ofHours(1));
    assertThat(exceptions(log.report(), Question.ROLES_ENDED))
        .extracting(Exceptional::action)
        .containsExactly(kept.value(), bare.value());
  }

  @Test
  void resultThatSomebodyElseTookIsAnException() {
    ActionId action = log.executed("carol", "alice");
    log.log(EventType.ACTION_RESULT_READ, action, ControlLog.person("carol"), Map.of());
    log.log(EventType.ARTIFACT_SENT, action, ControlLog.person("mallory"), Map.of());

    assertThat(wrong(Question.READ_BY_REQUESTER))
        .containsExactly("read by somebody who had not asked for it");
  }

  @Test
  void refusalWithAnEffectAndALinkByNobodyAreExceptions() {
    ActionId action = log.pending("carol");
    log.log(EventType.VOTE_REFUSED, action, ControlLog.AGENT, Map.of("attempt", "vote"));
    log.log(EventType.IDENTITY_LINKED, null, null, ControlLog.SYSTEM, null, Map.of());
    log.tamper(
        """
        update audit_entry set body = replace(body, '"effect":"none"', '"effect":"changed"')
        where type = 'vote.refused'""");

    assertThat(wrong(Question.REFUSED_WITHOUT_EFFECT))
        .containsExactly("was refused, and had an effect");
    assertThat(wrong(Question.LINKED_BY_PERSON))
        .containsExactly("an account was linked or unlinked by somebody else");
  }

  @Test
  void pauseIsAnExceptionThatSaysHowLong() {
    log.report();
    log.later(Duration.ofMinutes(5));
    log.executed("carol", "alice");
    assertThat(wrong(Question.NO_GAP)).isEmpty();
    log.later(Duration.ofHours(3));
    log.executed("carol", "alice");

    assertThat(wrong(Question.NO_GAP)).containsExactly("nothing was written for PT3H before it");
  }

  @Test
  void entriesThatDoNotSayWhatTheyShouldAreExceptions() {
    for (int i = 0; i < 6; i++) {
      log.log(EventType.ACTION_SHOWN, ActionId.random(), ControlLog.SYSTEM, Map.of());
    }
    log.tamper(
        """
        update audit_entry set type = 'action.forgotten' where idx = 2;
        update audit_entry set body = 'no json' where idx = 3;
        update audit_entry set body = body || ' ' where idx = 4;
        update audit_entry set body = replace(body, '"effect":"changed",', '') where idx = 5;
        update audit_entry set action_id = 'act_00000000000000000000000000' where idx = 6;
        update audit_entry set body = '' where idx = 7""");

    assertThat(exceptions(log.report(), Question.ENTRY_COMPLETE))
        .extracting(Exceptional::index, Exceptional::why)
        .containsExactly(
            tuple(2L, "what it is searched by differs from its text"),
            tuple(3L, "its text cannot be read"),
            tuple(4L, "its text is not canonical"),
            tuple(5L, "it does not say `effect`"),
            tuple(6L, "what it is searched by differs from its text"));
    assertThat(wrong(Question.TYPE_KNOWN)).containsExactly("is of a type that nobody documented");
    assertThat(log.report().types()).containsEntry("unknown", 1L);
    assertThat(wrong(Question.KEPT))
        .containsExactly("its text is missing, and no signed retention entry allows that");
    assertThat(log.report().answer(Question.ENTRY_COMPLETE).notAnswered()).isEqualTo(1);
  }

  @Test
  void storyWhoseBeginningWasRemovedIsNotAnsweredAndNoException() {
    log.executed("carol", "alice");
    log.tamper("update audit_entry set body = '' where type in ('action.approved')");

    Answer approved = log.report().answer(Question.APPROVED);
    assertThat(approved.exceptions()).isZero();
    assertThat(approved.notAnswered()).isEqualTo(1);
    assertThat(wrong(Question.KEPT)).hasSize(1);
  }

  @Test
  void checkpointsAndAnchorsOfTheRangeAreAskedFor() {
    log.executed("carol", "alice");
    assertThat(wrong(Question.ANCHORED))
        .containsExactly("no anchor outside of the database reaches this range");
    log.anchored();
    long first = log.size();
    log.executed("carol", "alice");
    log.tamper(
        "update audit_checkpoint set note = translate(note, 'ABCDEFGH', 'BCDEFGHA') where size > "
            + first);

    assertThat(wrong(Question.ANCHORED)).isEmpty();
    assertThat(exceptions(log.report(first), Question.ANCHORED)).hasSize(1);
    assertThat(wrong(Question.SIGNED))
        .containsExactly(
            "the checkpoint of size " + log.size() + " is not signed by the log's keys");
    log.tamper("delete from audit_checkpoint where size > " + first);
    assertThat(exceptions(log.report(first), Question.SIGNED))
        .extracting(Exceptional::why)
        .containsExactly("no checkpoint reaches to entry " + (log.size() - 1));
  }

  @Test
  void onlyTheRangeIsAskedButWhatFollowedCounts() {
    ActionId before = log.executed("carol");
    log.report();
    long first = log.size();
    ActionId within = log.executed("carol");
    ControlReport report = log.report(first);

    assertThat(exceptions(report, Question.APPROVED))
        .extracting(Exceptional::action)
        .containsExactly(within.value());
    assertThat(before).isNotEqualTo(within);
  }
}
