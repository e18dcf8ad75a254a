package io.countersign.activity.execution;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Arguments;
import io.countersign.action.Digest;
import io.countersign.action.ExecuteSql;
import io.countersign.action.Limits;
import io.countersign.action.PrincipalType;
import io.countersign.action.Proposal;
import io.countersign.action.Requester;
import io.countersign.action.Requirement;
import io.countersign.activity.export.ExportProgress;
import io.countersign.activity.export.Exports;
import io.countersign.activity.judging.SampleFacts;
import io.countersign.activity.targets.TargetConfig;
import io.countersign.activity.targets.TargetConfig.Credentials;
import io.countersign.activity.targets.TargetConfig.Guarantee;
import io.countersign.activity.targets.TargetConfig.Login;
import io.countersign.activity.targets.TargetDatabase;
import io.countersign.activity.targets.TargetDatabase.Settings;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.policy.Verdict;
import io.countersign.sql.Analysis;
import io.countersign.sql.Mentions;
import io.countersign.sql.Resolution;
import io.countersign.sql.Reversible;
import io.countersign.sql.StatementClass;
import io.countersign.sql.Understanding;
import io.countersign.store.DatabaseConfig;
import io.countersign.store.TestDatabase;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.ActionStore;
import io.countersign.store.action.Change;
import io.countersign.store.action.NewAction;
import io.countersign.store.action.Reconciliation;
import io.countersign.store.action.Reconciliations;
import io.countersign.store.result.ArtifactVault;
import io.countersign.store.result.ResultVault;
import io.countersign.workflow.ExecutionActivities.Executed;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A control database and a small target with the roles and the ledger table. */
public final class ExecutionFixture implements AutoCloseable {
  private static final AtomicInteger COUNTER = new AtomicInteger();

  private static final String SETUP =
      """
      create role NAME_read login password 'read-secret';
      create role NAME_write login password 'write-secret';
      create role NAME_ddl login password 'ddl-secret';
      create role NAME_roles login password 'roles-secret';
      create schema countersign;
      create table countersign.execution (action_id text primary key, fence bigint not null,
        digest text not null, executed_at timestamptz not null default now());
      create table customers (id int primary key, name text, email text);
      create table orders (id int primary key, status text not null, customer_id int);
      create table effect (id int); create table parent (id int primary key);
      create table child (id int, parent_id int references parent deferrable initially deferred);
      create table payments (id int, amount numeric, taken date) partition by range (taken);
      create table payments_2026 partition of payments default;
      create view customer_mail as select id, email from customers;
      insert into customers select i, 'name ' || i, 'mail' || i || '@example.test'
        from generate_series(1, 100) i;
      insert into orders select i, 'new', i from generate_series(1, 100) i;
      insert into payments select i, i, '2026-05-01' from generate_series(1, 10) i;
      grant usage on schema countersign to NAME_write, NAME_ddl, NAME_roles;
      grant select, insert on countersign.execution to NAME_write, NAME_ddl, NAME_roles;
      grant select on all tables in schema public to NAME_read;
      grant select, insert, update, delete on all tables in schema public to NAME_write;
      create table indexed (id int); alter table indexed owner to NAME_ddl;
      grant create on schema public to NAME_ddl;
      """;

  public final TestDatabase control;
  public final ActionStore store;
  public final ResultVault vault;
  final ArtifactVault artifacts;
  final ExportProgress progress = new ExportProgress();
  final Exports exports;
  private final String name;
  public final DatabaseConfig admin;
  final TargetConfig config;
  public final TargetDatabase target;

  public ExecutionFixture() throws SQLException {
    this(TargetDatabase.Settings.DEFAULT);
  }

  public ExecutionFixture(TargetDatabase.Settings settings) throws SQLException {
    this(settings, Guarantee.LEDGER);
  }

  public ExecutionFixture(TargetDatabase.Settings settings, Guarantee guarantee)
      throws SQLException {
    this(settings, guarantee, TestDatabase::emptyDatabase, TestDatabase.create());
  }

  /**
   * @param server makes an empty database of a name, for the target
   */
  public ExecutionFixture(
      TargetDatabase.Settings settings,
      Guarantee guarantee,
      Function<String, DatabaseConfig> server,
      TestDatabase control)
      throws SQLException {
    this.control = control;
    store = new ActionStore(control.database().jdbi());
    vault = new ResultVault(control.database().jdbi(), new byte[32], Duration.ofHours(1));
    artifacts = new ArtifactVault(control.database().jdbi(), new byte[32], Duration.ofHours(1));
    exports = new Exports(artifacts, 1L << 30, progress);
    name = "target_" + COUNTER.incrementAndGet();
    admin = server.apply(name);
    sql(SETUP.replace("NAME", name));
    Credentials credentials =
        new Credentials(
            new Login(name + "_read", "read-secret"),
            new Login(name + "_write", "write-secret"),
            new Login(name + "_ddl", "ddl-secret"),
            new Login(name + "_roles", "roles-secret"));
    config =
        new TargetConfig(
            admin.url().replaceFirst("\\?.*", ""),
            "test",
            List.of(),
            credentials,
            guarantee,
            null,
            Map.of(
                "public.customers.email", List.of("pii", "email"),
                "public.payments", List.of("pci")));
    target = new TargetDatabase("shop", config, settings);
  }

  ExecutionActivitiesImpl activities(ExecutionProbe probe) {
    return activities(target, probe);
  }

  public TargetDatabase target(String url, Guarantee guarantee, Settings settings) {
    Credentials credentials =
        new Credentials(
            config.credentials().read(),
            config.credentials().write(),
            new Login(name + "_ddl", "ddl-secret"),
            null);
    TargetConfig other =
        new TargetConfig(url, "test", List.of(), credentials, guarantee, null, Map.of());
    return new TargetDatabase("shop", other, settings);
  }

  ExecutionActivitiesImpl activities(TargetDatabase target, ExecutionProbe probe) {
    return activities(target, id -> {}, probe);
  }

  ExecutionActivitiesImpl activities(TargetDatabase target, Gate gate, ExecutionProbe probe) {
    return new ExecutionActivitiesImpl(
        control.database().jdbi(),
        store,
        vault,
        exports,
        Map.of("shop", target),
        (proposal, connection) -> Optional.of(Resolution.objecting("not looked at")),
        gate,
        Clock.systemUTC(),
        probe);
  }

  ExecutionActivitiesImpl activities() {
    return activities(ExecutionProbe.NONE);
  }

  public String name() {
    return name;
  }

  String readRole() {
    return name + "_read";
  }

  /** Ends what the read role has open there. */
  void endSessions() throws SQLException {
    sql(
        "select pg_terminate_backend(pid) from pg_stat_activity where usename = '%s'"
            .formatted(readRole()));
  }

  public Connection admin() throws SQLException {
    return DriverManager.getConnection(admin.url(), admin.user(), admin.password());
  }

  public void sql(String text) throws SQLException {
    try (Connection connection = admin();
        var statement = connection.createStatement()) {
      statement.execute(text);
    }
  }

  public long count(String query) throws SQLException {
    try (Connection connection = admin();
        var statement = connection.createStatement();
        var row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }

  ActionRow row(ActionId id) {
    return store.find(id).orElseThrow();
  }

  Digest digest(ActionId id) {
    return row(id).digest();
  }

  List<String> evidence(ActionId id) {
    return control
        .database()
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery("select body from audit_outbox where action_id = :id order by id")
                    .bind("id", id.value())
                    .mapTo(String.class)
                    .list());
  }

  Executed untilDone(ExecutionActivitiesImpl activities, ActionId id) {
    Digest digest = digest(id);
    return AskingAgain.untilDone(() -> activities.execute(id, digest));
  }

  boolean askStop(ActionId id) {
    return store.askStop(id, event(id, EventType.ACTION_STOP_ASKED));
  }

  Optional<Reconciliation> doubt(ActionId id) {
    return new Reconciliations(control.database().jdbi(), store).find(id);
  }

  /** How an approved action differs from an agent's ordinary one. */
  record Options(
      int maxRows,
      List<String> tags,
      PrincipalType requester,
      List<String> mask,
      Duration lasts,
      Duration timeout) {
    static final Options PLAIN =
        new Options(
            1000,
            List.of(),
            PrincipalType.AGENT,
            List.of(),
            Duration.ofHours(1),
            Duration.ofSeconds(20));

    Options timeout(Duration time) {
      return new Options(maxRows, tags, requester, mask, lasts, time);
    }

    Options maxRows(int rows) {
      return new Options(rows, tags, requester, mask, lasts, timeout);
    }

    Options tags(String... names) {
      return new Options(maxRows, List.of(names), requester, mask, lasts, timeout);
    }

    Options person(String... masked) {
      return new Options(maxRows, tags, PrincipalType.PERSON, List.of(masked), lasts, timeout);
    }

    Options lasts(Duration time) {
      return new Options(maxRows, tags, requester, mask, time, timeout);
    }
  }

  ActionId approved(StatementClass type, String sql, @Nullable String... params) {
    return approved(Options.PLAIN, type, sql, params);
  }

  ActionId approved(Options options, StatementClass type, String sql, @Nullable String... params) {
    return approved(options, type, new ExecuteSql(sql, java.util.Arrays.asList(params)));
  }

  ActionId approved(Options options, StatementClass type, Arguments arguments) {
    ActionId id = ActionId.random();
    Instant now = Instant.now();
    Proposal proposal =
        new Proposal(
            "shop",
            arguments,
            new Requester(options.requester(), "requester-1", null),
            1,
            new Limits(options.maxRows(), (int) options.timeout().toMillis()));
    store.submit(
        new NewAction(id, proposal, "test", null, List.of(), Set.of(), null, "hash", now),
        event(id, EventType.ACTION_SUBMITTED));
    Analysis analysis =
        new Analysis(
            type,
            1,
            "Do",
            List.of(),
            List.of(),
            false,
            List.of(),
            List.of(),
            List.of(),
            false,
            Reversible.UNKNOWN,
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            Mentions.NONE);
    Verdict verdict =
        new Verdict(
            Verdict.Outcome.ALLOW,
            List.of("rule"),
            null,
            Requirement.NONE,
            1,
            Duration.ofHours(1),
            Duration.ofHours(1),
            List.of(),
            List.of(),
            null,
            null,
            null,
            options.mask(),
            Map.of(),
            0,
            null,
            Digest.sha256("policy").value());
    store.transition(
        id,
        Set.of(ActionStatus.EVALUATING),
        ActionStatus.APPROVED,
        Change.NONE
            .withJudgement(
                new Understanding(
                    analysis, Resolution.objecting("not looked at"), options.tags(), null),
                SampleFacts.UPDATE_PAYMENTS,
                verdict,
                List.of(),
                List.of())
            .withApproval(now, now.plus(options.lasts())),
        event(id, EventType.ACTION_APPROVED));
    return id;
  }

  private static Event event(ActionId id, EventType type) {
    return new Event(
        Instant.now(),
        type,
        id,
        1,
        null,
        null,
        Event.Actor.SYSTEM,
        null,
        Event.Effect.CHANGED,
        null,
        null,
        Map.of());
  }

  @Override
  public void close() {
    target.close();
    control.close();
  }
}
