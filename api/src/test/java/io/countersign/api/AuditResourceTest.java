package io.countersign.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.Code;
import io.countersign.action.PrincipalType;
import io.countersign.api.identity.Caller;
import io.countersign.audit.Checkpoint;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.audit.EvidenceException;
import io.countersign.audit.MerkleTree;
import io.countersign.audit.SigningKey;
import io.countersign.audit.TreeHash;
import io.countersign.audit.VerifierKey;
import io.countersign.store.TestDatabase;
import io.countersign.store.evidence.AuditLog;
import io.countersign.store.evidence.Outbox;
import io.countersign.store.integration.Integrator;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AuditResourceTest {
  private static final Caller DAVE = caller(PrincipalType.PERSON, Set.of(Caller.Role.AUDITOR));
  private static final Caller ALICE = caller(PrincipalType.PERSON, Set.of());
  private static final Caller AGENT = caller(PrincipalType.AGENT, Set.of(Caller.Role.AUDITOR));

  private final TestDatabase database = TestDatabase.create();
  private final SigningKey key = SigningKey.generate("countersign.example/audit");
  private final AuditResource resource;

  AuditResourceTest() throws EvidenceException {
    resource =
        new AuditResource(new AuditLog(database.database().jdbi(), List.of(key.verifierKey())));
  }

  @BeforeEach
  void fill() {
    Jdbi jdbi = database.database().jdbi();
    for (int i = 0; i < 4; i++) {
      Event event =
          new Event(
              Instant.parse("2026-01-02T03:04:05Z"),
              EventType.POLICY_LOADED,
              null,
              0,
              null,
              "sha256:" + i,
              Event.Actor.SYSTEM,
              null,
              Event.Effect.CHANGED,
              null,
              null,
              Map.of());
      jdbi.useHandle(handle -> Outbox.insert(handle, event));
    }
    try (Integrator integrator = new Integrator(jdbi, key, Clock.systemUTC())) {
      integrator.integrate();
    }
  }

  @AfterEach
  void close() {
    database.close();
  }

  private static Caller caller(PrincipalType type, Set<Caller.Role> roles) {
    return new Caller(type, "x", "X", List.of(), roles, null, Set.of(), null, "api");
  }

  @Test
  void auditorChecksTheWholeLogFromWhatIsServed() throws EvidenceException {
    VerifierKey served = VerifierKey.parse(resource.keys(DAVE).strip());
    Checkpoint head = Checkpoint.open(resource.checkpoint(DAVE), List.of(served));
    assertThat(head.size()).isEqualTo(5);
    List<String> entries = resource.entries(DAVE, "0", "5").lines().toList();
    assertThat(entries).hasSize(5);
    for (int i = 0; i < 5; i++) {
      List<TreeHash> path = hashes(resource.proof(DAVE, String.valueOf(i), "5"));
      TreeHash leaf = TreeHash.leaf(entries.get(i));
      assertThat(MerkleTree.includes(leaf, i, 5, path, head.root())).isTrue();
    }
    TreeHash first = TreeHash.leaf(entries.getFirst());
    List<TreeHash> growth = hashes(resource.consistency(DAVE, "1", "5"));
    assertThat(MerkleTree.extendsTree(1, first, 5, head.root(), growth)).isTrue();
  }

  private static List<TreeHash> hashes(String text) throws EvidenceException {
    List<TreeHash> hashes = new ArrayList<>();
    for (String line : text.lines().toList()) {
      hashes.add(TreeHash.parse(line));
    }
    return hashes;
  }

  @Test
  void anyoneReadsCheckpointAndKeys() {
    for (Caller caller : List.of(ALICE, AGENT)) {
      assertThat(resource.checkpoint(caller)).startsWith("countersign.example/audit\n5\n");
      assertThat(resource.keys(caller)).isEqualTo(key.verifierKey() + "\n");
    }
  }

  @Test
  void onlyPeopleWhoAuditReadTheRest() {
    for (Caller caller : List.of(ALICE, AGENT)) {
      assertRefused(Code.FORBIDDEN, () -> resource.entries(caller, "0", "5"));
      assertRefused(Code.FORBIDDEN, () -> resource.proof(caller, "0", "5"));
      assertRefused(Code.FORBIDDEN, () -> resource.consistency(caller, "1", "5"));
    }
  }

  @Test
  void numbersOutsideTheLogAreRefused() {
    for (String wrong : new String[] {null, "", "-1", "x", "1.0", "9999999999999999999"}) {
      assertRefused(Code.VALIDATION, () -> resource.proof(DAVE, wrong, "5"));
      assertRefused(Code.VALIDATION, () -> resource.entries(DAVE, "0", wrong));
    }
    assertRefused(Code.VALIDATION, () -> resource.proof(DAVE, "5", "5"));
    assertRefused(Code.VALIDATION, () -> resource.proof(DAVE, "0", "6"));
    assertRefused(Code.VALIDATION, () -> resource.consistency(DAVE, "1", "6"));
    assertRefused(Code.VALIDATION, () -> resource.consistency(DAVE, "5", "4"));
    assertThat(resource.entries(DAVE, "5", "10")).isEmpty();
  }

  private static void assertRefused(Code code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ApiException.class, refused -> assertThat(refused.code()).isEqualTo(code));
  }
}
