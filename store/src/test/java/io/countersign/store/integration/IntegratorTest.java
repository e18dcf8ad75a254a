package io.countersign.store.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.ActionId;
import io.countersign.audit.EventType;
import io.countersign.store.Database;
import io.countersign.store.DatabaseConfig;
import io.countersign.store.TestDatabase;
import io.countersign.store.evidence.DamagedLogException;
import io.countersign.store.evidence.EvidenceLog;
import io.countersign.store.verification.AuditReport;
import io.countersign.store.verification.Tamper;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.PGConnection;

@Timeout(120)
class IntegratorTest {
  private final EvidenceLog evidence = new EvidenceLog();

  @AfterEach
  void close() {
    evidence.close();
  }

  @Test
  void firstRoundSignsAHeartbeat() {
    assertThat(evidence.log.checkpoint()).isEmpty();
    assertThat(evidence.integrator.integrate()).isEqualTo(1);
    assertThat(evidence.log.checkpoint().orElseThrow()).startsWith(EvidenceLog.ORIGIN + "\n1\n");
    assertThat(evidence.log.entries(0, 10).getFirst()).contains("audit.heartbeat");
  }

  @Test
  void idleLogSignsAHeartbeatBeforeAMinuteIsOver() {
    evidence.integrator.integrate();
    evidence.clock.advance(Duration.ofSeconds(50));
    assertThat(evidence.integrator.integrate()).isZero();
    evidence.clock.advance(Duration.ofSeconds(9));
    assertThat(evidence.integrator.integrate()).isEqualTo(1);
    assertThat(evidence.integrator.integrate()).isZero();
    assertThat(evidence.verify()).hasToString("VALID: 2 entries, 2 checkpoints, 0 waiting");
  }

  @Test
  void checkpointThatIsDatedAheadPutsOffNoHeartbeat() {
    evidence.integrator.integrate();
    new Tamper(evidence.jdbi)
        .run("update audit_checkpoint set created_at = created_at + interval '100 years'");
    evidence.clock.advance(Duration.ofMinutes(1));
    assertThat(evidence.integrator.integrate()).isEqualTo(1);
    evidence.clock.advance(Duration.ofMinutes(1));
    assertThat(evidence.integrator.integrate()).isEqualTo(1);
  }

  @Test
  void batchMovesFromTheOutboxIntoTheLogUnderOneCheckpoint() {
    evidence.fill(3, 7);
    assertThat(evidence.waiting()).isZero();
    assertThat(evidence.verify()).hasToString("VALID: 22 entries, 4 checkpoints, 0 waiting");
  }

  @Test
  void timesFinerThanMicrosecondsStayTheSameInBodyAndColumn() {
    evidence.clock.advance(Duration.ofNanos(123_456_789));
    evidence.integrator.integrate();
    assertThat(evidence.verify()).hasToString("VALID: 1 entries, 1 checkpoints, 0 waiting");
  }

  @Test
  void logGrowsOverSeveralTiles() {
    evidence.fill(5, 130);
    assertThat(evidence.verify()).hasToString("VALID: 651 entries, 6 checkpoints, 0 waiting");
  }

  @Test
  void twoIntegratorsAtOnceLeaveNeitherGapNorFork() throws Exception {
    int writers = 4;
    int each = 250;
    Clock clock = Clock.systemUTC();
    List<Future<?>> running = new ArrayList<>();
    try (Database second =
            Database.open(evidence.database.config()).withSubjectKey(TestDatabase.SUBJECT_KEY);
        Integrator one = new Integrator(evidence.jdbi, evidence.key, clock).start();
        Integrator two = new Integrator(second.jdbi(), evidence.key, clock).start();
        ExecutorService pool = Executors.newFixedThreadPool(writers)) {
      for (int writer = 0; writer < writers; writer++) {
        running.add(pool.submit(() -> write(each)));
      }
      for (Future<?> writer : running) {
        writer.get();
      }
      awaitEmptyOutbox();
      assertThat(one.lastSuccess()).isNotNull();
      assertThat(two.lastSuccess()).isNotNull();
    }
    assertThat(evidence.verify())
        .isInstanceOfSatisfying(
            AuditReport.Intact.class,
            intact -> assertThat(intact.entries()).isEqualTo(writers * each + 1));
  }

  private void write(int events) {
    for (int i = 0; i < events; i++) {
      evidence.record(EventType.VOTE_COUNTED, ActionId.random());
    }
  }

  private void awaitEmptyOutbox() throws InterruptedException {
    while (evidence.waiting() > 0) {
      Thread.sleep(5);
    }
  }

  @Test
  void integratorKilledAtAnyStatementLeavesACleanLog() {
    evidence.fill(1, 300);
    int kills = 0;
    boolean killed = true;
    while (killed) {
      evidence.record(EventType.VOTE_COUNTED, ActionId.random());
      long waiting = evidence.waiting();
      AuditReport before = evidence.verify();
      try (Database doomed =
          Database.open(evidence.database.config()).withSubjectKey(TestDatabase.SUBJECT_KEY)) {
        KillAt kill = new KillAt(evidence.jdbi, kills + 1);
        doomed.jdbi().setSqlLogger(kill);
        Integrator integrator = new Integrator(doomed.jdbi(), evidence.key, evidence.clock);
        if (kills + 1 > 20) {
          throw new AssertionError("a round has fewer statements");
        }
        try {
          integrator.integrate();
          killed = false;
        } catch (RuntimeException e) {
          assertThat(kill.killed).isTrue();
          assertThat(evidence.waiting()).isEqualTo(waiting);
          assertThat(evidence.verify()).isEqualTo(before);
          kills++;
        }
      }
    }
    assertThat(kills).isGreaterThan(8);
    assertThat(evidence.waiting()).isZero();
    assertThat(evidence.verify())
        .hasToString("VALID: " + (302 + kills) + " entries, 3 checkpoints, 0 waiting");
  }

  /** Ends the connection right before its nth statement, as a crash would. */
  private static final class KillAt implements SqlLogger {
    private final Jdbi killer;
    private int left;
    private boolean killed;

    KillAt(Jdbi killer, int statement) {
      this.killer = killer;
      this.left = statement;
    }

    @Override
    public void logBeforeExecution(StatementContext context) {
      if (--left != 0) {
        return;
      }
      try {
        int pid = context.getConnection().unwrap(PGConnection.class).getBackendPID();
        killer.useHandle(handle -> handle.execute("select pg_terminate_backend(?, 5000)", pid));
        killed = true;
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Test
  void lostConnectionsDelayEvidenceButLoseNone() throws InterruptedException {
    DatabaseConfig shared = evidence.database.config();
    DatabaseConfig config =
        new DatabaseConfig(
            shared.url() + "&ApplicationName=doomed", shared.user(), shared.password());
    try (Database own = Database.open(config).withSubjectKey(TestDatabase.SUBJECT_KEY);
        Integrator integrator =
            new Integrator(own.jdbi(), evidence.key, Clock.systemUTC()).start()) {
      for (int round = 0; round < 5; round++) {
        evidence.record(EventType.VOTE_COUNTED, ActionId.random());
        List<Boolean> cut =
            evidence.jdbi.withHandle(
                handle ->
                    handle
                        .createQuery(
                            """
                            select pg_terminate_backend(pid) from pg_stat_activity
                            where datname = current_database() and application_name = 'doomed'
                            """)
                        .mapTo(Boolean.class)
                        .list());
        assertThat(cut).contains(true);
        awaitEmptyOutbox();
      }
      assertThat(integrator.lastSuccess()).isNotNull();
    }
    assertThat(evidence.verify())
        .isInstanceOfSatisfying(
            AuditReport.Intact.class, intact -> assertThat(intact.entries()).isEqualTo(6));
  }

  @Test
  void damagedLogIsNotSignedOver() {
    evidence.fill(2, 3);
    evidence.record(EventType.VOTE_COUNTED, ActionId.random());
    Tamper tamper = new Tamper(evidence.jdbi);
    tamper.run("delete from audit_entry where idx = 6");
    assertRefusesToSign("the log ends at entry 5, its head says 6");
    tamper.run("delete from audit_entry where idx >= 4");
    tamper.run("update audit_head set size = 4, frontier = substr(frontier, 1, 32)");
    assertRefusesToSign("the log does not match its last checkpoint");
    tamper.run("delete from audit_checkpoint");
    assertRefusesToSign("the log has no checkpoint");
    tamper.run("delete from audit_head");
    assertRefusesToSign("the head of the log is missing");
    assertThat(evidence.waiting()).isEqualTo(1);
  }

  @Test
  void anotherKeyDoesNotContinueTheLog() {
    evidence.fill(1, 1);
    evidence.record(EventType.VOTE_COUNTED, ActionId.random());
    Integrator other = new Integrator(evidence.jdbi, EvidenceLog.newKey(), evidence.clock);
    assertThatThrownBy(other::integrate)
        .isInstanceOf(DamagedLogException.class)
        .hasMessage("the last checkpoint is not ours: no known key signed this");
  }

  private void assertRefusesToSign(String message) {
    assertThatThrownBy(evidence.integrator::integrate)
        .isInstanceOf(DamagedLogException.class)
        .hasMessage(message);
  }
}
