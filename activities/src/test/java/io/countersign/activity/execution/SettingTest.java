package io.countersign.activity.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.ChangeInfrastructure;
import io.countersign.activity.execution.ExecutionProbe.Step;
import io.countersign.activity.infrastructure.HttpSender;
import io.countersign.activity.infrastructure.OperationConfig;
import io.countersign.activity.infrastructure.Operations;
import io.countersign.activity.targets.TargetConfig;
import io.countersign.activity.targets.TargetConfig.Credentials;
import io.countersign.activity.targets.TargetConfig.Login;
import io.countersign.activity.targets.TargetDatabase;
import io.countersign.store.action.Outcome.Operated;
import io.countersign.workflow.ExecutionActivities.Executed;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A setting of a real server is changed for everybody, and reset. */
class SettingTest {
  private static final String RULES =
      """
      rules:
        - {name: settings, when: 'operation.name.startsWith("memory")', then: review,
           approvals: [{dba: 1}]}
      """;

  @TempDir private Path folder = Path.of("");
  private GateFixture gate;
  private TargetDatabase target;

  @BeforeEach
  void open() throws Exception {
    Map<String, OperationConfig> declared =
        Map.of(
            "memory",
            config(
                """
                {"target": "shop", "parameters": {"amount": {"type": "string", "maxLength": 20}},
                 "setting": {"name": "maintenance_work_mem", "value": "amount"}}
                """),
            "memory-reset",
            config(
                """
                {"target": "shop", "setting": {"name": "maintenance_work_mem", "reset": true}}
                """));
    gate =
        new GateFixture(
            folder.resolve("policy.yml"),
            RULES,
            new Operations(declared, HttpSender.ofThisMachine()));
    sql("create role ADMIN login password 'admin-secret'");
    sql("grant alter system on parameter maintenance_work_mem to ADMIN");
    sql("grant execute on function pg_catalog.pg_reload_conf() to ADMIN");
    target = target(new Login(admin(), "admin-secret"));
  }

  @AfterEach
  void close() throws SQLException {
    gate.databases.sql("alter system reset maintenance_work_mem");
    gate.databases.sql("select pg_reload_conf()");
    sql("drop owned by ADMIN; drop role ADMIN");
    target.close();
    gate.close();
  }

  private static OperationConfig config(String json) throws Exception {
    OperationConfig config = new ObjectMapper().readValue(json, OperationConfig.class);
    config.check();
    return config;
  }

  private String admin() {
    return gate.databases.name() + "_admin";
  }

  private void sql(String text) throws SQLException {
    gate.databases.sql(text.replace("ADMIN", admin()));
  }

  private TargetDatabase target(@Nullable Login admin) {
    Credentials known = gate.databases.config.credentials();
    TargetConfig config =
        new TargetConfig(
            gate.databases.config.url(),
            "test",
            List.of(),
            new Credentials(known.read(), known.write(), known.ddl(), known.roles(), admin),
            null,
            null,
            null);
    return new TargetDatabase("shop", config, TargetDatabase.Settings.DEFAULT);
  }

  private ActionId approved(String operation, Map<String, Object> parameters) {
    ActionId id = gate.judged(new ChangeInfrastructure(operation, new TreeMap<>(parameters)));
    gate.approves(id, "bob");
    gate.quorum(id);
    assertThat(gate.row(id).status()).isEqualTo(ActionStatus.APPROVED);
    return id;
  }

  private Executed execute(ActionId id, ExecutionProbe probe) {
    return gate.activities(target, ignored -> {}, probe).execute(id, gate.row(id).digest());
  }

  private Executed execute(ActionId id) {
    return execute(id, ExecutionProbe.NONE);
  }

  /** The server reads its configuration in its own time. */
  private void awaitSetting(String wanted) throws SQLException {
    String query =
        "select count(*) from pg_settings where name = 'maintenance_work_mem' and "
            + "current_setting(name) = '%s'".formatted(wanted);
    long end = System.nanoTime() + java.time.Duration.ofSeconds(20).toNanos();
    while (gate.databases.count(query) == 0) {
      assertThat(System.nanoTime()).as("never became " + wanted).isLessThan(end);
    }
  }

  @Test
  void settingIsChangedForEverybodyAndReset() throws Exception {
    ActionId id = approved("memory", Map.of("amount", "77MB"));
    assertThat(Objects.requireNonNull(gate.row(id).packet()).effects())
        .containsExactly(
            "sets `maintenance_work_mem` for the whole server of target `shop` to `77MB`");
    assertThat(execute(id)).isEqualTo(new Executed(ActionStatus.SUCCEEDED, false));
    awaitSetting("77MB");
    assertThat(Objects.requireNonNull(gate.row(id).outcome()).operated())
        .isEqualTo(new Operated(null, "maintenance_work_mem", "64MB", false));
    assertThat(gate.evidence(id).getLast()).contains("\"before\":\"64MB\"");
    ActionId back = approved("memory-reset", Map.of());
    assertThat(execute(back).status()).isEqualTo(ActionStatus.SUCCEEDED);
    awaitSetting("64MB");
    assertThat(Objects.requireNonNull(gate.row(back).outcome()).operated())
        .isEqualTo(new Operated(null, "maintenance_work_mem", "77MB", false));
  }

  @Test
  void valueThatTheServerRefusesFailsIt() throws Exception {
    ActionId id = approved("memory", Map.of("amount", "'; select 1; --"));
    assertThat(execute(id).status()).isEqualTo(ActionStatus.FAILED);
    assertThat(Objects.requireNonNull(gate.row(id).error()).code().name()).isEqualTo("SQL_ERROR");
    awaitSetting("64MB");
  }

  @Test
  void crashAfterTheChangeIsHandedToPeople() throws Exception {
    ActionId id = approved("memory", Map.of("amount", "78MB"));
    assertThatThrownBy(
            () ->
                execute(
                    id,
                    (step, action) -> {
                      if (step == Step.RAN) {
                        throw new OutOfMemoryError("as good as dead");
                      }
                    }))
        .isInstanceOf(OutOfMemoryError.class);
    awaitSetting("78MB");
    assertThat(gate.databases.untilDone(gate.activities(target, i -> {}, ExecutionProbe.NONE), id))
        .extracting(Executed::status)
        .isEqualTo(ActionStatus.NEEDS_RECONCILIATION);
    String probe = gate.databases.doubt(id).orElseThrow().probe();
    assertThat(probe).contains("pg_settings");
    assertThat(gate.databases.count("select count(*) from (" + withoutComment(probe) + ") p"))
        .isEqualTo(1);
  }

  private static String withoutComment(String probe) {
    return probe.replaceAll("--.*", "").replace(";", "");
  }

  @Test
  void loginThatMayNotReloadChangesNothing() throws Exception {
    sql("revoke execute on function pg_catalog.pg_reload_conf() from ADMIN");
    ActionId id = approved("memory", Map.of("amount", "79MB"));
    assertThat(execute(id).status()).isEqualTo(ActionStatus.FAILED);
    assertThat(gate.databases.count("select count(*) from pg_file_settings where setting = '79MB'"))
        .isZero();
  }

  @Test
  void targetWithoutSuchALoginDoesNothing() {
    target.close();
    target = target(null);
    ActionId id = approved("memory", Map.of("amount", "79MB"));
    assertThat(execute(id).status()).isEqualTo(ActionStatus.FAILED);
    assertThat(Objects.requireNonNull(gate.row(id).error()).code().name()).isEqualTo("UNAVAILABLE");
  }
}
