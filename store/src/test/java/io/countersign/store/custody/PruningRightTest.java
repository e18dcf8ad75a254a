package io.countersign.store.custody;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.ExecuteSql;
import io.countersign.action.Limits;
import io.countersign.action.PrincipalType;
import io.countersign.action.Proposal;
import io.countersign.action.Requester;
import io.countersign.audit.EventType;
import io.countersign.audit.KeyRing;
import io.countersign.audit.RetentionNotice;
import io.countersign.audit.SigningKey;
import io.countersign.audit.TrustedKey;
import io.countersign.store.action.ActionStore;
import io.countersign.store.action.Change;
import io.countersign.store.action.NewAction;
import io.countersign.store.anchor.Anchors;
import io.countersign.store.evidence.EvidenceLog;
import io.countersign.store.evidence.Outbox;
import io.countersign.store.integration.Integrator;
import io.countersign.store.integration.KeyRotation;
import io.countersign.store.verification.AuditReport;
import io.countersign.store.verification.AuditVerify;
import io.countersign.store.verification.Tamper;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may let bodies go, and when: the log's key, and not before their time is over. */
class PruningRightTest {
  private static final Period KEEP = Period.ofYears(7);
  private static final Instant LATER = Instant.parse("2040-01-01T00:00:00Z");

  private final EvidenceLog evidence = new EvidenceLog();
  private final ActionStore actions = new ActionStore(evidence.jdbi);
  private final Tamper tamper = new Tamper(evidence.jdbi);

  @BeforeEach
  void fill() {
    evidence.growTo(600);
  }

  @AfterEach
  void close() {
    evidence.close();
  }

  private void log(RetentionNotice notice, SigningKey signer) {
    evidence.jdbi.useHandle(handle -> Outbox.insert(handle, notice.event(signer)));
    evidence.clock.advance(Duration.ofSeconds(1));
    evidence.integrator.integrate();
  }

  private void remove(long below) {
    tamper.run(
        "update audit_entry set body = null where idx < %d and type <> 'key.rotated'"
            .formatted(below));
  }

  @Test
  void noticeOfTheLogsKeyAllowsWhatIsOldEnough() {
    log(new RetentionNotice(512, KEEP, LATER), evidence.key);
    remove(512);
    assertThat(evidence.verify()).hasToString("VALID: 601 entries, 3 checkpoints, 0 waiting");
  }

  @Test
  void noticeThatAnotherKeySignedIsAnEntryLikeAnyOther() {
    log(new RetentionNotice(512, KEEP, LATER), EvidenceLog.newKey());
    assertThat(evidence.verify()).isInstanceOf(AuditReport.Intact.class);
    remove(512);
    assertThat(evidence.verify())
        .hasToString(
            "INVALID: the body of entry 0 is missing, and no signed retention event allows it");
  }

  /** Whoever writes evidence, as the API's role does, without any key. */
  @Test
  void wordsWithoutASignatureAreAnEntryLikeAnyOther() {
    for (String details :
        List.of(
            "{\"below\":512,\"keep\":\"P7Y\"}",
            "{\"below\":\"all\",\"keep\":7,\"notice\":[]}",
            "{\"below\":512,\"keep\":\"P7Y\",\"notice\":\"\"}",
            "null")) {
      evidence.jdbi.useHandle(
          handle ->
              handle.execute(
                  """
                  insert into audit_outbox (event_id, type, occurred_at, body)
                  values (gen_random_uuid(), 'audit.retention', timestamptz '2040-01-01T00:00:00Z',
                  '{"actor":{"id":"countersign","type":"system"},"at":"2040-01-01T00:00:00Z",'
                  || '"details":' || ? || ',"effect":"changed","type":"audit.retention","v":1}')
                  """,
                  details));
      evidence.integrator.integrate();
    }
    assertThat(evidence.verify()).isInstanceOf(AuditReport.Intact.class);
    assertThat(retention(evidence.key, LATER).prune(KEEP)).isZero();
    remove(256);
    assertThat(evidence.verify())
        .hasToString(
            "INVALID: the body of entry 0 is missing, and no signed retention event allows it");
  }

  @Test
  void noticeBeforeTheTimeIsOverIsFoundEvenWithTheLogsSignature() {
    log(new RetentionNotice(512, Period.ofYears(20), LATER), evidence.key);
    remove(512);
    assertThat(evidence.verify())
        .hasToString(
            "INVALID: entry 600 lets bodies below 512 go that were to be kept for P20Y, but entry"
                + " 512 was younger");
    assertThat(((AuditReport.Damaged) evidence.verify()).index()).isEqualTo(600);
  }

  @Test
  void noticeForATornBundleOrForEntriesToComeAllowsNothing() {
    log(new RetentionNotice(300, KEEP, LATER), evidence.key);
    log(new RetentionNotice(1024, KEEP, LATER), evidence.key);
    log(new RetentionNotice(0, KEEP, LATER), evidence.key);
    remove(300);
    assertThat(evidence.verify())
        .hasToString(
            "INVALID: the body of entry 0 is missing, and no signed retention event allows it");
  }

  @Test
  void laterNoticeStandsForTheOneWhoseFirstEntryItRemoves() {
    log(new RetentionNotice(256, KEEP, LATER), evidence.key);
    remove(256);
    log(new RetentionNotice(512, KEEP, LATER.plusSeconds(86_400)), evidence.key);
    remove(512);
    assertThat(evidence.verify()).hasToString("VALID: 602 entries, 4 checkpoints, 0 waiting");
  }

  private Retention retention(SigningKey signer, Instant now) {
    KeyRing keys = KeyRing.of(List.of(signer.verifierKey()));
    return new Retention(evidence.jdbi, signer, keys, Clock.fixed(now, ZoneOffset.UTC));
  }

  @Test
  void entryBelowWhichBodiesGoIsOldItself() {
    evidence.clock.advance(Duration.ofDays(365));
    // All 600 are old enough; the bundle of the last one stays.
    assertThat(retention(evidence.key, LATER).below(KEEP)).isEqualTo(512);
    evidence.growTo(1024);
    assertThat(retention(evidence.key, LATER).below(KEEP)).isEqualTo(768);
  }

  @Test
  void bodiesOfOpenActionsStay() {
    ActionId open = submit();
    evidence.integrator.integrate();
    evidence.growTo(1300);
    assertThat(retention(evidence.key, LATER).below(KEEP)).isEqualTo(512);
    actions.transition(
        open,
        Set.of(ActionStatus.EVALUATING),
        ActionStatus.REFUSED,
        Change.NONE,
        EvidenceLog.event(EventType.ACTION_REFUSED, open));
    assertThat(retention(evidence.key, LATER).below(KEEP)).isEqualTo(1280);
  }

  private ActionId submit() {
    Requester agent = new Requester(PrincipalType.AGENT, "agent-1", null);
    Proposal proposal =
        new Proposal("shop", new ExecuteSql("select 1", List.of()), agent, 1, new Limits(1, 1));
    ActionId id = ActionId.random();
    actions.submit(
        new NewAction(id, proposal, "", null, List.of(), Set.of(), null, "h", Instant.now()),
        EvidenceLog.event(EventType.ACTION_SUBMITTED, id));
    return id;
  }

  @Test
  void bodiesGoAlsoBeforeAHandoverWhichStays() {
    SigningKey next = EvidenceLog.newKey();
    KeyRing first = KeyRing.of(evidence.log.keys());
    TrustedKey retired =
        new KeyRotation(
                evidence.jdbi, evidence.key, first, Anchors.none(evidence.jdbi), evidence.clock)
            .handOver(next.verifierKey());
    assertThat(retired.until()).isEqualTo(601);
    KeyRing both = new KeyRing(List.of(new TrustedKey(next.verifierKey()), retired));
    Integrator integrator =
        new Integrator(evidence.jdbi, next, both, Anchors.none(evidence.jdbi), evidence.clock);
    write(700);
    integrator.integrate();
    // The old key hands out no more permits than it signs checkpoints.
    insert(new RetentionNotice(1024, KEEP, LATER), evidence.key);
    integrator.integrate();
    assertThat(prunedBelow(both, next)).isZero();
    Retention retention =
        new Retention(evidence.jdbi, next, both, Clock.fixed(LATER, ZoneOffset.UTC));
    assertThat(retention.announce(KEEP)).isTrue();
    integrator.integrate();
    assertThat(retention.prune(KEEP)).isEqualTo(1279);
    assertThat(evidence.log.entries(600, 601).getFirst()).contains("key.rotated");
    assertThat(new AuditVerify(evidence.jdbi, both, List.of()).verify())
        .isInstanceOf(AuditReport.Intact.class);
  }

  private long prunedBelow(KeyRing keys, SigningKey key) {
    return new Retention(evidence.jdbi, key, keys, Clock.fixed(LATER, ZoneOffset.UTC)).prune(KEEP);
  }

  private void write(int events) {
    for (int i = 0; i < events; i++) {
      evidence.record(EventType.VOTE_COUNTED, ActionId.random());
    }
  }

  private void insert(RetentionNotice notice, SigningKey signer) {
    evidence.jdbi.useHandle(handle -> Outbox.insert(handle, notice.event(signer)));
  }
}
