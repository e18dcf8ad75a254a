package io.countersign.activity.review;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.PrincipalType;
import io.countersign.action.Requester;
import io.countersign.activity.execution.GateFixture;
import io.countersign.activity.targets.TargetDatabase;
import io.countersign.policy.Spending.Spent;
import io.countersign.store.action.RequesterSpending;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one requester gets without a person, however it is split; on a real PostgreSQL. */
class SpendingTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final long RESULT_BYTES = TargetDatabase.Settings.DEFAULT.maxBytes();
  private static final String RULES =
      """
      rules:
        - name: deletes
          when: sql.class == "write"
          then: allow
          budget: {per: agent, window: 1h, rows: 20, approvals: [{dba: 1}]}
        - name: reads
          when: sql.class == "read"
          then: allow
          budget: {per: agent, window: 1h, actions: 5}
      """;

  @TempDir Path folder;
  private GateFixture gate;

  @BeforeEach
  void open() throws Exception {
    gate = new GateFixture(folder.resolve("policy.yml"), RULES);
  }

  @AfterEach
  void close() {
    gate.close();
  }

  private Spent spent(String... tables) {
    return gate.databases
        .control
        .database()
        .jdbi()
        .withHandle(
            handle ->
                RequesterSpending.looking(
                        handle,
                        new Requester(PrincipalType.AGENT, "agent-1", null),
                        Instant.now(),
                        RESULT_BYTES)
                    .within(HOUR, List.of(tables)));
  }

  @Test
  void oneBigDeleteSplitIntoFiftyAtOnceTakesNoMoreThanTheBudget() throws Exception {
    List<ActionId> ids = new ArrayList<>();
    for (int i = 1; i <= 50; i++) {
      ids.add(
          gate.submitted(
              2, "delete from public.orders where id in ($1, $2)", "" + i, "" + (50 + i)));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(25)) {
      List<Future<?>> running = new ArrayList<>();
      for (ActionId id : ids) {
        running.add(
            threads.submit(
                () -> {
                  if (gate.judge(id).status() == ActionStatus.APPROVED) {
                    gate.execute(id);
                  }
                }));
      }
      for (Future<?> each : running) {
        each.get();
      }
    }
    assertThat(gate.databases.count("select 100 - count(*) from public.orders")).isEqualTo(20);
    assertThat(ids.stream().map(id -> gate.row(id).status()))
        .filteredOn(status -> status == ActionStatus.SUCCEEDED)
        .hasSize(10);
    assertThat(ids.stream().map(id -> gate.row(id).status()))
        .filteredOn(status -> status == ActionStatus.PENDING_REVIEW)
        .hasSize(40);
  }

  @Test
  void whatRunsCountsWithAllItMayTakeAndWhatEndedWithWhatItTook() throws Exception {
    ActionId id = gate.judged(15, "delete from public.orders where id < 4");
    assertThat(spent("public.orders").rows()).isEqualTo(15);
    assertThat(spent("public.orders").bytes()).isEqualTo(RESULT_BYTES);
    gate.execute(id);
    assertThat(spent("public.orders")).isEqualTo(new Spent(1, 3, 0));
    assertThat(spent("public.customers")).isEqualTo(new Spent(1, 0, 0));
  }

  @Test
  void bytesOfAResultCount() {
    ActionId id = gate.judged("select id, status from public.orders order by id limit 3");
    gate.execute(id);
    long bytes = gate.databases.vault.read(id).orElseThrow().length();
    assertThat(spent("public.orders")).isEqualTo(new Spent(1, 3, bytes));
  }

  @Test
  void verdictCarriesWhatRemains() {
    gate.judged(15, "delete from public.orders where id < 4");
    ActionId second = gate.judged(15, "delete from public.orders where id > 90");
    assertThat(gate.row(second).status()).isEqualTo(ActionStatus.APPROVED);
    gate.execute(second);
    assertThat(gate.row(second).status()).isEqualTo(ActionStatus.FAILED);
    assertThat(spent("public.orders")).isEqualTo(new Spent(2, 15, RESULT_BYTES));
  }

  @Test
  void whatPeopleApprovedIsNotCounted() {
    gate.judged(20, "delete from public.orders where id < 4");
    ActionId asked = gate.judged("delete from public.orders where id > 90");
    assertThat(gate.row(asked).status()).isEqualTo(ActionStatus.PENDING_REVIEW);
    gate.approves(asked, "bob");
    gate.quorum(asked);
    gate.execute(asked);
    assertThat(gate.row(asked).status()).isEqualTo(ActionStatus.SUCCEEDED);
    assertThat(spent("public.orders").rows()).isEqualTo(20);
  }

  @Test
  void budgetOfActionsEndsAllowing() {
    for (int i = 0; i < 5; i++) {
      ActionId id = gate.judged("select count(*) from public.orders where id > $1", "" + i);
      assertThat(gate.execute(id).status()).isEqualTo(ActionStatus.SUCCEEDED);
    }
    assertThat(gate.row(gate.judged("select count(*) from public.orders")).status())
        .isEqualTo(ActionStatus.PENDING_REVIEW);
  }

  @Test
  void budgetThatShrankMeanwhileHoldsBeforeTheStart() throws Exception {
    ActionId first = gate.judged(10, "delete from public.orders where id < 4");
    ActionId second = gate.judged(10, "delete from public.orders where id > 97");
    gate.policy(RULES.replace("rows: 20", "rows: 10"));
    assertThat(gate.execute(second).status()).isEqualTo(ActionStatus.PENDING_REVIEW);
    assertThat(gate.execute(first).status()).isEqualTo(ActionStatus.SUCCEEDED);
  }

  @Test
  void freezeThatBeganMeanwhileHoldsWhatWasAllowedAndWhatWasApproved() throws Exception {
    ActionId allowed = gate.judged("select count(*) from public.orders");
    String frozen =
        RULES
            + """
            freezes:
              - {name: now, from: 2020-01-01T00:00, to: 2099-01-01T00:00, zone: UTC,
                 unless: {dba: 1, security: 1}}
            """;
    gate.policy(frozen);
    assertThat(gate.execute(allowed).status()).isEqualTo(ActionStatus.PENDING_REVIEW);
    gate.approves(allowed, "bob");
    assertThat(gate.quorum(allowed).status()).isEqualTo(ActionStatus.PENDING_REVIEW);
    // A freeze that ended is a looser policy: who was asked stays asked.
    gate.policy(RULES);
    assertThat(gate.quorum(allowed).status()).isEqualTo(ActionStatus.PENDING_REVIEW);
    gate.approves(allowed, "alice");
    assertThat(gate.quorum(allowed).status()).isEqualTo(ActionStatus.APPROVED);
  }
}
