package io.countersign.activity.grant;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Code;
import io.countersign.action.GrantRole;
import io.countersign.activity.execution.GateFixture;
import io.countersign.store.action.RoleGrant;
import io.countersign.store.action.RoleGrantDao;
import io.countersign.workflow.ExecutionActivities.Executed;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A role, somebody to grant it to, and what is left of it; on a real PostgreSQL. */
abstract class GrantFixture {
  static final String RULES =
      """
      rules:
        - {name: roles, when: 'sql.class == "role"', then: review, approvals: [{dba: 1}],
           limits: {max_duration: 1h}}
      """;
  static final Duration FIVE_MINUTES = Duration.ofMinutes(5);

  @TempDir Path folder;
  GateFixture gate;
  String reporting;
  String analyst;

  @BeforeEach
  void open() throws Exception {
    gate = new GateFixture(folder.resolve("policy.yml"), RULES);
    reporting = gate.databases.name() + "_reporting";
    analyst = gate.databases.name() + "_analyst";
    sql("create role REPORTING; create role ANALYST login; create role ADMIN");
    sql("grant REPORTING to ROLES with admin option");
  }

  @AfterEach
  void close() {
    gate.close();
  }

  GrantActivitiesImpl grants(Duration later) {
    return new GrantActivitiesImpl(
        gate.databases.control.database().jdbi(),
        gate.databases.store,
        Map.of("shop", gate.databases.target),
        Clock.offset(Clock.systemUTC(), later));
  }

  ActionId judged(GrantRole grant) {
    ActionId id = gate.submitted(1, grant);
    gate.judge(id);
    return id;
  }

  ActionId approved(GrantRole grant) {
    ActionId id = judged(grant);
    gate.approves(id, "bob");
    gate.quorum(id);
    assertThat(gate.row(id).status()).isEqualTo(ActionStatus.APPROVED);
    return id;
  }

  ActionId granted() {
    ActionId id = approved(new GrantRole(reporting, analyst, FIVE_MINUTES));
    assertThat(gate.execute(id)).isEqualTo(new Executed(ActionStatus.SUCCEEDED, false));
    return id;
  }

  void revoke(ActionId id) {
    gate.databases
        .control
        .database()
        .jdbi()
        .useExtension(RoleGrantDao.class, dao -> dao.revoke(id.value(), Instant.now()));
  }

  RoleGrant grant(ActionId id) {
    return gate.databases
        .control
        .database()
        .jdbi()
        .withExtension(RoleGrantDao.class, dao -> dao.find(id.value()))
        .orElseThrow();
  }

  void control(String statement) {
    gate.databases.control.database().jdbi().useHandle(handle -> handle.execute(statement));
  }

  Code error(ActionId id) {
    return Objects.requireNonNull(gate.row(id).error()).code();
  }

  String effects(ActionId id) {
    return String.join("\n", Objects.requireNonNull(gate.row(id).resolution()).effects());
  }

  List<String> evidence(ActionId id) {
    return gate.evidence(id).stream()
        .map(body -> body.replaceFirst(".*\"type\":\"([a-z_.]+)\".*", "$1"))
        .toList();
  }

  String body(ActionId id, String type) {
    return gate.evidence(id).stream()
        .filter(body -> body.contains("\"type\":\"" + type + "\""))
        .findFirst()
        .orElseThrow();
  }

  long ledger(Object key) throws Exception {
    return gate.databases.count(
        "select count(*) from countersign.execution where action_id = '" + key + "'");
  }

  /** Who granted the analyst the role. */
  List<String> members() throws Exception {
    try (var connection = gate.databases.admin();
        var rows =
            connection
                .createStatement()
                .executeQuery(
                    filled(
                        "select m.grantor::regrole::text from pg_auth_members m"
                            + " join pg_roles r on r.oid = m.roleid and r.rolname = 'REPORTING'"
                            + " join pg_roles g on g.oid = m.member and g.rolname = 'ANALYST'"))) {
      List<String> grantors = new ArrayList<>();
      while (rows.next()) {
        grantors.add(rows.getString(1));
      }
      return grantors;
    }
  }

  void sql(String text) throws Exception {
    gate.databases.sql(filled(text));
  }

  String filled(String text) {
    String name = gate.databases.name();
    return text.replace("REPORTING", name + "_reporting")
        .replace("ANALYST", name + "_analyst")
        .replace("ADMIN", name + "_admin")
        .replace("ROLES", name + "_roles");
  }

  interface Doing {
    void run() throws Exception;
  }

  static void run(Doing doing) {
    try {
      doing.run();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
