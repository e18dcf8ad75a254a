package io.countersign.store.verification;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.countersign.store.custody.LegalHolds;
import io.countersign.store.custody.Shredding;
import io.countersign.store.evidence.EvidenceLog;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A superuser leaves the log alone and changes the tables that people look at and act on. */
class StateTamperTest {
  private final EvidenceLog evidence = new EvidenceLog();
  private final Tamper tamper = new Tamper(evidence.jdbi);
  private RecordedGrant action;

  @BeforeEach
  void record() {
    action = new RecordedGrant(evidence).record();
  }

  @AfterEach
  void close() {
    evidence.close();
  }

  private void assertFound(String what) {
    assertThat(evidence.verify())
        .hasToString(
            "INVALID: "
                + what
                + ", but neither the log nor its outbox says so: an event was deleted before it was"
                + " logged, or the table was changed by hand");
  }

  private void assertFoundAfter(String sql, String what) {
    tamper.run(sql);
    assertFound("action " + action.id + " " + what);
  }

  @Test
  void whatWasRecordedIsValid() {
    assertThat(evidence.verify().toString()).startsWith("VALID: ");
  }

  @Test
  void actionSetBackToAnEarlierStatusIsFound() {
    assertFoundAfter("update action set status = 'PENDING_REVIEW'", "is PENDING_REVIEW");
    assertFoundAfter("update action set status = 'APPROVED'", "is APPROVED");
    assertFoundAfter("update action set status = 'EXECUTING'", "is EXECUTING");
  }

  @Test
  void actionThatIsDeletedIsFound() {
    assertFoundAfter("delete from action", "is gone");
  }

  @Test
  void whatWasAskedForIsHeldAgainstWhatWasSubmitted() {
    String what = "asks for something else, by its kind, target, arguments, limits or requester";
    assertFoundAfter(
        "update action set arguments = replace(arguments, 'reporting', 'admin')", what);
    assertFoundAfter("update action set arguments = 'null'", what);
    assertFoundAfter("update action set arguments = '{'", what);
  }

  @Test
  void targetLimitsAndKindAreHeldAgainstWhatWasSubmitted() {
    String what = "asks for something else, by its kind, target, arguments, limits or requester";
    assertFoundAfter("update action set target = 'ledger'", what);
    assertFoundAfter("update action set target = 'shop', max_rows = 1000", what);
    assertFoundAfter("update action set max_rows = 1, kind = 'execute_sql'", what);
  }

  @Test
  void requesterAndThePersonBehindAreHeldAgainstWhoSubmitted() {
    String what = "is asked for by somebody else";
    assertFoundAfter("update action set requester_id = 'agent-2'", what);
    assertFoundAfter("update action set requester_id = 'agent-1', on_behalf_of = 'mallory'", what);
    assertFoundAfter("update action set on_behalf_of = null", what);
  }

  @Test
  void reasonTicketAndHashAreHeldAgainstWhatWasSubmitted() {
    assertFoundAfter("update action set reason = 'other'", "gives another reason or ticket");
    assertFoundAfter(
        "update action set reason = 'month end', ticket = null", "gives another reason or ticket");
    assertFoundAfter("update action set content_hash = 'h'", "has another hash of its request");
  }

  @Test
  void digestRevisionAndPacketAreHeldAgainstTheLastEvent() {
    assertFoundAfter("update action set revision = 2", "has another digest or revision");
    assertFoundAfter(
        "update action set revision = 1, digest = 'sha256:' || repeat('0', 64)",
        "has another digest or revision");
    tamper.run("update action set digest = (select digest from ballot limit 1)");
    assertFoundAfter("update action set packet = '{}'", "shows another packet");
    assertFoundAfter(
        "update action set packet = null, packet_digest = 'sha256:' || repeat('0', 64)",
        "shows another packet");
  }

  @Test
  void outcomeAndResultAreHeldAgainstTheClosingEntry() {
    String what = "has another outcome";
    assertFoundAfter("update action set outcome = replace(outcome, ':7', ':8')", what);
    assertFoundAfter("update action set outcome = replace(outcome, 'ledger', 'xid')", what);
    assertFoundAfter("update action set outcome = null", what);
    assertFoundAfter("update action set outcome = 'x'", what);
  }

  @Test
  void storedResultIsHeldAgainstTheClosingEntry() {
    assertFoundAfter("update result set sha256 = 'sha256:other'", "has another result");
  }

  @Test
  void everyCountedVoteIsAsItWasCast() {
    String what = "counts the vote v1 as another one";
    assertFoundAfter("update ballot set decision = 'deny' where vote_id = 'v1'", what);
    assertFoundAfter(
        "update ballot set decision = 'approve', person_id = 'mallory' where vote_id = 'v1'", what);
    assertFoundAfter(
        "update ballot set person_id = 'bob', channel = 'slack' where vote_id = 'v1'", what);
    assertFoundAfter(
        "update ballot set channel = 'api', digest = 'sha256:other' where vote_id = 'v1'", what);
  }

  @Test
  void voteThatIsTakenOutOrPutInIsFound() {
    assertFoundAfter(
        "update ballot set state = 'withdrawn' where vote_id = 'v2'", "leaves out the vote v2");
    assertFoundAfter("delete from ballot where vote_id = 'v2'", "leaves out the vote v2");
    assertFoundAfter(
        """
        insert into ballot (vote_id, action_id, person_id, decision, digest, channel, received_at,
          mac, state)
        select 'v3', action_id, 'mallory', decision, digest, channel, received_at, mac, state
        from ballot where vote_id = 'v1'
        """,
        "counts the vote v3");
  }

  @Test
  void endOfAGrantIsHeldAgainstTheLog() {
    assertFoundAfter(
        "update role_grant set until = '2099-01-01T00:00:00Z'",
        "grants its role until 2099-01-01T00:00:00Z");
    assertFoundAfter(
        "update role_grant set state = 'ended', ended_at = now(), ended_why = 'expired'",
        "ended its grant");
    assertFoundAfter("delete from role_grant", "granted a role of which there is no row");
  }

  @Test
  void grantThatSomebodyEndedEarlyIsHeldAgainstTheLog() {
    assertFoundAfter("update role_grant set revoked_at = now()", "ended its grant early");
  }

  @Test
  void doubtThatSomebodyDecidedByHandIsFound() {
    assertFoundAfter(
        """
        insert into reconciliation (action_id, fence, why, if_executed, if_not_executed, probe,
          opened_at, decision, decided_by, reason, decided_at)
        values ('%s', 1, '', '', '', '', now(), 'executed', 'mallory', '', now())
        """
            .formatted(action.id),
        "was reconciled otherwise");
  }

  @Test
  void peopleThatAreExchangedAreFound() {
    String name = name("bob");
    tamper.run(
        """
        update audit_secret set subject_id = 'x' where subject_id = 'bob';
        update audit_secret set subject_id = 'bob' where subject_id = 'carol';
        update audit_secret set subject_id = 'carol' where subject_id = 'x';
        update ballot set person_id = 'x' where person_id = 'bob';
        update ballot set person_id = 'bob' where person_id = 'carol';
        update ballot set person_id = 'carol' where person_id = 'x'
        """);
    assertThat(evidence.verify().toString())
        .startsWith("INVALID: sub_")
        .contains(" is not the person whom `results.key` sealed it for, but neither the log");
    assertThat(name("carol")).isEqualTo(name);
  }

  private String name(String person) {
    return evidence.jdbi.withHandle(
        handle ->
            handle
                .select("select pseudonym from audit_secret where subject_id = ?", person)
                .mapTo(String.class)
                .one());
  }

  @Test
  void personWhoIsForgottenWithoutAnEntryIsFound() {
    String name = name("carol");
    tamper.run(
        """
        update ballot set person_id = '%s' where person_id = 'carol';
        delete from audit_secret where subject_id = 'carol'
        """
            .formatted(name));
    assertFound(name + " was forgotten");
  }

  @Test
  void personWhoIsForgottenWithAnEntryIsNoTampering() {
    LegalHolds holds = new LegalHolds(evidence.jdbi, evidence.clock);
    assertThat(holds.release(LegalHolds.Scope.ACTION, action.id.value())).isTrue();
    Shredding shredding = new Shredding(evidence.jdbi, evidence.clock);
    for (String person : new String[] {"alice", "bob"}) {
      assertThat(shredding.shred(person)).isEmpty();
    }
    assertThat(evidence.verify().toString()).startsWith("VALID: ");
    evidence.integrator.integrate();
    assertThat(evidence.verify().toString()).startsWith("VALID: ");
    assertFoundAfter("update action set on_behalf_of = 'mallory'", "is asked for by somebody else");
  }

  @Test
  void accountThatIsLinkedByHandIsFound() {
    String what = "the Slack account U2 of the team T1 votes for a person";
    tamper.run("update slack_link set user_id = 'U2'");
    assertFound(what);
    tamper.run(
        "update slack_link set user_id = 'U1';"
            + "insert into slack_link values ('T1', 'U2', 'nobody', now())");
    assertFound(what);
    tamper.run("delete from slack_link");
    assertThat(evidence.verify().toString()).startsWith("VALID: ");
  }

  @Test
  void legalHoldThatIsTakenAwayOrPlacedByHandIsFound() {
    tamper.run("delete from audit_hold");
    assertFound("the legal hold on action " + action.id + " is gone");
    tamper.run(
        "insert into audit_hold (scope, subject, reason, held_at)"
            + " values ('action', '%s', '', now()),".formatted(action.id)
            + " ('all', '', '', now())");
    assertFound("there is a legal hold on all");
  }

  @Test
  void whatIsWrittenIntoATableIsNoSecondAnswer() {
    tamper.run("update slack_link set user_id = E'U1\\nVALID: 9 entries\\u001b[2J'");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int exit =
        new AuditVerify(evidence.jdbi, evidence.log.keys())
            .run(new PrintStream(out, true, UTF_8), Path.of("unused"));
    assertThat(exit).isEqualTo(1);
    assertThat(out.toString(UTF_8).lines())
        .singleElement(STRING)
        .startsWith("INVALID: the Slack account U1?VALID: 9 entries?[2J of the team T1 votes");
  }

  @Test
  void whatWaitsAndIsNoJsonIsNoStackTrace() {
    tamper.run(
        """
        insert into audit_outbox (event_id, action_id, type, occurred_at, body)
        values (gen_random_uuid(), '%s', 'vote.counted', now(), 'x')
        """
            .formatted(action.id));
    assertThat(evidence.verify().toString()).startsWith("VALID: ").contains("1 waiting");
  }
}
