package io.countersign.activity.targets;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.activity.targets.TargetConfig.Credentials;
import io.countersign.activity.targets.TargetConfig.Guarantee;
import io.countersign.activity.targets.TargetConfig.Login;
import io.countersign.activity.targets.TargetDoctor.Finding;
import io.countersign.activity.targets.TargetDoctor.Level;
import io.countersign.store.DatabaseConfig;
import io.countersign.store.TestDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code target setup} prints makes a target that {@code target doctor} finds healthy. */
class TargetDoctorTest {
  private static final AtomicInteger COUNTER = new AtomicInteger();
  private static final Map<String, List<String>> TAGS =
      Map.of("public.people.email", List.of("pii"));

  private final String name = "doctor_" + COUNTER.incrementAndGet();
  private final DatabaseConfig owner = TestDatabase.emptyDatabase(name);

  @Test
  void whatSetupPrintsIsHealthy() throws Exception {
    setUp();
    assertThat(wrong()).isEmpty();
    assertThat(said()).contains("changes runs with the guarantee `ledger`").contains("can sign in");
  }

  @Test
  void setupMayBeRunAgain() throws Exception {
    setUp();
    run(TargetSetup.sql(name, config().credentials(), List.of("public")));
    assertThat(wrong()).isEmpty();
  }

  @Test
  void setupQuotesNamesAndHoldsNoPassword() throws Exception {
    Credentials hostile =
        new Credentials(
            new Login(name + "_r\"; drop table people; --", "secret-1"),
            new Login(name + "_w'; drop table people; --", "secret-2"),
            null,
            null);
    run("create table people (email text); create schema \"odd \"\"schema\"");
    String sql =
        TargetSetup.sql("shop\ndrop table people", hostile, List.of("public", "odd \"schema"));
    assertThat(sql).doesNotContain("secret");
    run(sql);
    assertThat(count("select count(*) from pg_tables where tablename = 'people'")).isEqualTo(1);
    assertThat(count("select count(*) from pg_roles where rolname like '" + name + "\\_%'"))
        .isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          grant insert on people to {r}|FAILURE|`{r}` can write `public.people`
          grant update (email) on people to {r}|FAILURE|`{r}` can write `public.people`
          alter role {r} superuser|FAILURE|`{r}` has the attribute superuser
          alter role {w} bypassrls|FAILURE|`{w}` has the attribute bypassrls
          alter role {w} createrole|FAILURE|`{w}` has the attribute createrole
          alter role {w} replication|FAILURE|`{w}` has the attribute replication
          alter role {a} superuser|FAILURE|`{a}` has the attribute superuser
          revoke execute on function pg_reload_conf() from {a}|FAILURE|`{a}` may not call pg_reload
          grant pg_write_all_data to {r}|FAILURE|`{r}` is a member of `pg_write_all_data`
          grant pg_execute_server_program to {w}|FAILURE|a member of `pg_execute_server_program`
          alter table people owner to {w}|FAILURE|`{w}` owns `public.people`
          grant create on schema public to {w}|FAILURE|`{w}` can create objects in `public`
          grant create on schema countersign to {w}|FAILURE|can create objects in `countersign`
          grant temporary on database {n} to {r}|FAILURE|can create objects in `temporary tables`
          grant usage on sequence tally to {r}|WARNING|`{r}` can advance or set `public.tally`
          alter role {r} set default_transaction_read_only = on|FAILURE|for a standby
          create function f() returns int language sql security definer return 1|WARNING|`public.f`
          grant delete on {l} to {w}|FAILURE|`{w}` may delete from the ledger
          grant truncate on {l} to {w}|FAILURE|`{w}` may truncate the ledger
          revoke insert on {l} from {w}|WARNING|it may not insert and select
          drop table {l}|WARNING|what `{w}` changes runs with the guarantee `xid`
          drop table {l}|WARNING|is missing; see `countersign target setup`
          alter table {l} set unlogged|WARNING|it is not an ordinary, logged table
          alter table {l} drop constraint execution_pkey|WARNING|action_id is not unique
          alter table {l} enable row level security|WARNING|it has row-level security
          create rule r as on insert to {l} do instead nothing|WARNING|it has rules
          alter table people rename column email to mail|FAILURE|tags name `public.people.email`
          alter database {n} set synchronous_commit = off|WARNING|`synchronous_commit` is off
          alter role {w} nologin|FAILURE|`{w}` cannot sign in
          """)
  void whatIsWrongIsNamed(String change, Level level, String expected) throws Exception {
    setUp();
    run(filled(change));
    assertThat(examine())
        .anySatisfy(
            finding -> {
              assertThat(finding.level()).isEqualTo(level);
              assertThat(finding.text()).contains(filled(expected));
            });
  }

  @Test
  void ledgerThatIsDemandedAndMissingIsAFailure() throws Exception {
    setUp();
    run("drop table countersign.execution");
    assertThat(TargetDoctor.examine(config(name + "_w", Guarantee.LEDGER)))
        .anySatisfy(
            finding -> {
              assertThat(finding.level()).isEqualTo(Level.FAILURE);
              assertThat(finding.text()).contains("is missing");
            });
  }

  @Test
  void guaranteeOfATargetThatProvesNothingIsSaid() throws Exception {
    setUp();
    run(
        """
        drop table countersign.execution;
        do $$ declare f text; begin
          for f in select oid::regprocedure::text from pg_proc
            where proname = 'pg_logical_emit_message' loop
            execute 'revoke execute on function ' || f || ' from public';
          end loop;
        end $$;
        """);
    assertThat(said()).contains("runs with the guarantee `at_most_once`");
    assertThat(TargetDoctor.examine(config(name + "_w", Guarantee.XID)))
        .contains(
            new Finding(
                Level.FAILURE, "`%s_w` may not call pg_logical_emit_message".formatted(name)));
  }

  @Test
  void oneLoginForTwoClassesIsAFailure() throws Exception {
    setUp();
    assertThat(TargetDoctor.examine(config(name + "_r", null)))
        .extracting(Finding::text)
        .anyMatch(text -> text.contains("is the login for read and for write"));
  }

  @Test
  void serverThatIsNotThereIsSaidInOurWords() {
    TargetConfig nowhere =
        new TargetConfig(
            "jdbc:postgresql://127.0.0.1:1/x",
            null,
            null,
            new Credentials(new Login("secret-user", "secret-password"), null, null, null),
            null,
            null,
            null);
    assertThat(TargetDoctor.examine(nowhere))
        .containsExactly(
            new Finding(
                Level.FAILURE,
                "`secret-user` cannot sign in: the target did not answer (sqlstate 08001)"));
  }

  private void setUp() throws SQLException {
    run("create table people (email text); create sequence tally");
    run(TargetSetup.sql(name, config().credentials(), List.of("public")));
    for (String user : List.of("_r", "_w", "_a")) {
      run("alter role %s password 'secret'".formatted(name + user));
    }
  }

  private TargetConfig config() {
    return config(name + "_w", null);
  }

  private TargetConfig config(String writer, @Nullable Guarantee guarantee) {
    return new TargetConfig(
        owner.url().replaceFirst("\\?.*", ""),
        null,
        null,
        new Credentials(
            new Login(name + "_r", "secret"),
            new Login(writer, "secret"),
            null,
            null,
            new Login(name + "_a", "secret")),
        guarantee,
        null,
        TAGS);
  }

  private List<Finding> examine() {
    return TargetDoctor.examine(config());
  }

  /** The embedded server forgets durability for speed, which is rightly found. */
  private List<Finding> wrong() {
    return examine().stream()
        .filter(finding -> finding.level() != Level.OK)
        .filter(
            finding -> !finding.text().matches("`(fsync|full_page_writes|synchronous_commit)`.*"))
        .toList();
  }

  private String said() {
    return examine().toString();
  }

  private String filled(String text) {
    return text.replace("{r}", name + "_r")
        .replace("{w}", name + "_w")
        .replace("{a}", name + "_a")
        .replace("{n}", name)
        .replace("{l}", "countersign.execution");
  }

  private void run(String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(owner.url(), owner.user(), owner.password());
        Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute(sql);
    }
  }

  private int count(String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(owner.url(), owner.user(), owner.password());
        Statement statement = connection.createStatement();
        var row = statement.executeQuery(sql)) {
      row.next();
      return row.getInt(1);
    }
  }
}
