package io.countersign.store.verification;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.ActionId;
import io.countersign.audit.Checkpoint;
import io.countersign.audit.EventType;
import io.countersign.audit.EvidenceException;
import io.countersign.audit.SigningKey;
import io.countersign.audit.TreeHash;
import io.countersign.audit.VerifierKey;
import io.countersign.store.evidence.AuditDao;
import io.countersign.store.evidence.EvidenceLog;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a superuser may do to the tables, and what the verifier says of it. */
class AuditVerifyTest {
  // Hashes as a forger would compute them.
  private static final String REHASH =
      "update audit_entry set leaf_hash = sha256('\\x00'::bytea || convert_to(body, 'UTF8'))";
  private static final String RETILE =
      """
      ; update audit_tile set hashes =
          (select string_agg(leaf_hash, '' order by idx) from audit_entry) where level = 0
      """;

  private final EvidenceLog evidence = new EvidenceLog();
  private final Tamper tamper = new Tamper(evidence.jdbi);

  // Checkpoints of size 1, 5, 9, 13 and 17.
  @BeforeEach
  void fill() {
    evidence.fill(4, 4);
    assertThat(evidence.verify()).hasToString("VALID: 17 entries, 5 checkpoints, 0 waiting");
  }

  @AfterEach
  void close() {
    evidence.close();
  }

  private void assertDamaged(long index, String reason) {
    assertThat(evidence.verify())
        .isEqualTo(new AuditReport.Damaged(index, reason, List.of(), null));
  }

  @Test
  void editedBody() {
    tamper.run("update audit_entry set body = replace(body, 'sub_', 'sub-') where idx = 6");
    assertDamaged(6, "entry 6 does not have the hash stored beside it");
  }

  @Test
  void reserialisedBody() {
    tamper.run("update audit_entry set body = body::jsonb::text where idx = 6");
    assertDamaged(6, "entry 6 does not have the hash stored beside it");
  }

  @Test
  void editedBodyAndHash() {
    tamper.run("update audit_entry set body = replace(body, 'sub_', 'sub-') where idx = 6");
    tamper.run(REHASH);
    assertDamaged(6, "entry 6 is not the one that was logged here");
  }

  @Test
  void everythingRecomputedWithoutTheKey() {
    tamper.run("update audit_entry set body = replace(body, 'sub_', 'sub-') where idx = 6");
    tamper.run(REHASH + RETILE);
    assertDamaged(5, "entries 5 to 8 are not what the checkpoint of size 9 signed");
  }

  @Test
  void everythingSignedAgainWithAnotherKey() throws EvidenceException {
    tamper.run("update audit_entry set body = replace(body, 'sub_', 'sub-')");
    tamper.run(REHASH + RETILE);
    SigningKey thief = SigningKey.generate(EvidenceLog.ORIGIN);
    String note = new Checkpoint(EvidenceLog.ORIGIN, 1, TreeHash.leaf("x")).sign(thief);
    evidence.jdbi.useTransaction(
        handle -> {
          handle.execute("set local session_replication_role = replica");
          handle.execute("update audit_checkpoint set note = ?", note);
        });
    assertDamaged(0, "the checkpoint of size 1: no known key signed this");
  }

  @Test
  void deletedInTheMiddle() {
    tamper.run("delete from audit_entry where idx = 6");
    assertDamaged(6, "entry 6 is missing");
  }

  @Test
  void deletedAndRenumbered() {
    tamper.run("delete from audit_entry where idx = 6");
    tamper.run("update audit_entry set idx = idx + 1000 where idx > 6");
    tamper.run("update audit_entry set idx = idx - 1001 where idx > 6");
    assertDamaged(6, "entry 6 is not the one that was logged here");
  }

  @Test
  void insertedInTheMiddle() {
    tamper.run("update audit_entry set idx = idx + 1000 where idx >= 6");
    tamper.run("update audit_entry set idx = idx - 999 where idx >= 6");
    tamper.run(
        """
        insert into audit_entry (idx, leaf_hash, body, event_id, action_id, type, occurred_at)
        select 6, leaf_hash, body, gen_random_uuid(), action_id, type, occurred_at
        from audit_entry where idx = 3
        """);
    assertDamaged(6, "entry 6 is not the one that was logged here");
  }

  @Test
  void swapped() {
    tamper.run(
        """
        update audit_entry set idx = 1000 where idx = 6;
        update audit_entry set idx = 6 where idx = 11;
        update audit_entry set idx = 11 where idx = 1000
        """);
    assertDamaged(6, "entry 6 is not the one that was logged here");
  }

  @Test
  void duplicated() {
    tamper.run(
        """
        insert into audit_entry (idx, leaf_hash, body, event_id, action_id, type, occurred_at)
        select 17, leaf_hash, body, gen_random_uuid(), action_id, type, occurred_at
        from audit_entry where idx = 16
        """);
    assertDamaged(17, "the tree has no hash for entry 17");
  }

  @Test
  void lastFiveDropped() {
    tamper.run("delete from audit_entry where idx > 11");
    assertDamaged(12, "entry 12 is missing, the log has 17");
  }

  @Test
  void lastDroppedWithTheHead() {
    tamper.run("delete from audit_entry where idx > 11");
    tamper.run("update audit_head set size = 12");
    assertDamaged(12, "entry 12 is missing, a checkpoint covers 13");
  }

  @Test
  void backdatedColumn() {
    tamper.run("update audit_entry set occurred_at = occurred_at - interval '1 day' where idx = 6");
    assertDamaged(6, "entry 6: column occurred_at contradicts the body");
  }

  @Test
  void entryMovedToAnotherAction() {
    tamper.run("update audit_entry set action_id = null where idx = 6");
    assertDamaged(6, "entry 6: column action_id contradicts the body");
    tamper.run(
        "update audit_entry set action_id = (select action_id from audit_entry where idx = 5)");
    assertDamaged(0, "entry 0: column action_id contradicts the body");
  }

  @Test
  void alteredRoot() {
    tamper.run(
        "update audit_checkpoint set root = (select leaf_hash from audit_entry where idx = 0)"
            + " where size = 9");
    assertDamaged(5, "the checkpoint of size 9 contradicts its signed note");
  }

  @Test
  void alteredNote() {
    String differs = "the checkpoint of size 9: the signature of a known key is wrong";
    tamper.run("update audit_checkpoint set note = replace(note, E'\\n9\\n', E'\\n8\\n')");
    assertDamaged(5, differs);
  }

  @Test
  void swappedSignatures() {
    tamper.run(
        """
        update audit_checkpoint c set note = split_part(c.note, E'\\n\\n', 1) || E'\\n\\n'
          || (select split_part(o.note, E'\\n\\n', 2) from audit_checkpoint o where o.size = 5)
        where size = 9
        """);
    assertDamaged(5, "the checkpoint of size 9: the signature of a known key is wrong");
  }

  @Test
  void checkpointOfAnotherOrigin() throws EvidenceException {
    SigningKey other = SigningKey.generate("other.example/log");
    AuditDao.StoredCheckpoint last =
        evidence.jdbi.withExtension(AuditDao.class, AuditDao::lastCheckpoint).orElseThrow();
    String note = new Checkpoint(other.origin(), last.size(), TreeHash.of(last.root())).sign(other);
    tamper.run("update audit_checkpoint set note = '" + note + "' where size = 17");
    assertDamaged(13, "the checkpoint of size 17: no known key signed this");
  }

  @Test
  void checkpointOfAnotherSize() {
    tamper.run(
        """
        update audit_checkpoint c set (note, root) =
          (select o.note, o.root from audit_checkpoint o where o.size = 5)
        where size = 9
        """);
    assertDamaged(5, "the checkpoint of size 9 contradicts its signed note");
  }

  @Test
  void anyOneCheckpointButTheLastMayBeLost() {
    tamper.run("delete from audit_checkpoint where size = 9");
    assertThat(evidence.verify()).hasToString("VALID: 17 entries, 4 checkpoints, 0 waiting");
    tamper.run("delete from audit_checkpoint where size = 17");
    assertDamaged(13, "no checkpoint covers entry 13");
  }

  @Test
  void alteredHead() {
    tamper.run(
        "update audit_head set frontier = substr(frontier, 1, 32) || substr(frontier, 1, 32)");
    assertDamaged(17, "the head of the log contradicts its entries");
    tamper.run("update audit_head set size = 16, frontier = substr(frontier, 1, 32)");
    assertDamaged(17, "the head of the log contradicts its entries");
    tamper.run("delete from audit_head");
    assertDamaged(17, "the head of the log is missing");
  }

  @Test
  void alteredTree() {
    tamper.run("update audit_tile set hashes = hashes || substr(hashes, 1, 32)");
    assertDamaged(17, "the tree has hashes beyond its last entry");
    tamper.run("update audit_tile set hashes = substr(hashes, 1, 320)");
    assertDamaged(10, "the tree has no hash for entry 10");
  }

  @Test
  void alteredUpperTree() {
    evidence.fill(3, 200);
    tamper.run(
        "update audit_tile set hashes = overlay(hashes placing '\\x00' from 40) where level = 1");
    assertDamaged(0, "tile 1/0 contradicts the entries");
    tamper.run("delete from audit_tile where level = 1");
    assertDamaged(0, "level 1 of the tree has 0 hashes in 0 tiles, expected 2 in 1");
  }

  @Test
  void tileBesideTheTree() {
    tamper.run("insert into audit_tile values (0, 7, decode(repeat('00', 32), 'hex'))");
    assertDamaged(0, "level 0 of the tree has 18 hashes in 2 tiles, expected 17 in 1");
    tamper.run(
        "update audit_tile set level = 2 where tile_index = 7;"
            + "update audit_tile set tile_index = 0 where level = 2");
    assertDamaged(0, "tile 2/0 contradicts the entries");
  }

  @Test
  void insertedBeforeTheFirst() {
    tamper.run(
        """
        alter table audit_entry drop constraint audit_entry_idx_check;
        insert into audit_entry (idx, leaf_hash, body, event_id, action_id, type, occurred_at)
        select -1, leaf_hash, body, gen_random_uuid(), action_id, type, occurred_at
        from audit_entry where idx = 6
        """);
    assertDamaged(0, "there are entries before entry 0");
  }

  @Test
  void waitingEventThatIsNoEvent() {
    tamper.run(
        """
        insert into audit_outbox (event_id, type, occurred_at, body)
        values (gen_random_uuid(), 'audit.retention', now(), 'x')
        """);
    evidence.integrator.integrate();
    assertDamaged(17, "entry 17: column body contradicts the body");
  }

  @Test
  void oneLineAndAnExitCode() {
    evidence.record(EventType.VOTE_COUNTED, ActionId.random());
    assertThat(run(evidence.log.keys())).isEqualTo("0 VALID: 17 entries, 5 checkpoints, 1 waiting");
    assertThat(run(List.of()))
        .isEqualTo("1 INVALID: the checkpoint of size 1: no known key signed this");
  }

  private String run(List<VerifierKey> keys) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int code =
        new AuditVerify(evidence.jdbi, keys)
            .run(new PrintStream(out, true, UTF_8), Path.of("unused"));
    return code + " " + out.toString(UTF_8).strip();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "update audit_entry set body = 'x'",
        "update audit_entry set body = body where idx = 3",
        "delete from audit_entry",
        "truncate audit_entry",
        "update audit_checkpoint set note = 'x'",
        "delete from audit_checkpoint",
        "truncate audit_checkpoint"
      })
  void evenTheOwnerOnlyAdds(String sql) {
    assertThatThrownBy(() -> evidence.jdbi.useHandle(handle -> handle.execute(sql)))
        .hasMessageContaining("the evidence log only grows");
    assertThat(evidence.verify()).isInstanceOf(AuditReport.Intact.class);
  }

  @Test
  void applicationRoleOnlyAdds() {
    evidence.jdbi.useTransaction(
        handle -> {
          handle.execute("create role log_app");
          handle.execute("grant all on all tables in schema public to log_app");
          handle.execute("set local role log_app");
          assertThatThrownBy(() -> handle.execute("update audit_entry set body = 'x'"))
              .hasMessageContaining("the evidence log only grows");
          handle.rollback();
        });
  }
}
