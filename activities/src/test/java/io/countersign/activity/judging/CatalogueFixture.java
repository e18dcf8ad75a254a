package io.countersign.activity.judging;

import io.countersign.activity.targets.TargetConfig;
import io.countersign.activity.targets.TargetConfig.Credentials;
import io.countersign.activity.targets.TargetConfig.Guarantee;
import io.countersign.activity.targets.TargetConfig.Login;
import io.countersign.activity.targets.TargetDatabase;
import io.countersign.sql.Analysis;
import io.countersign.sql.ParserPool;
import io.countersign.sql.Resolution;
import io.countersign.sql.StatementAnalyser;
import io.countersign.store.DatabaseConfig;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** A target with its roles, and what its catalogue says of statements. */
final class CatalogueFixture implements AutoCloseable {
  private static final AtomicInteger COUNTER = new AtomicInteger();
  private static final ParserPool POOL = new ParserPool();

  final StatementAnalyser analyser = new StatementAnalyser(POOL);
  final DatabaseConfig admin;
  final TargetConfig config;
  final TargetDatabase database;
  final TargetCatalogue catalogue;
  private final Connection connection;

  /**
   * @param admin an administrator's login to an empty database
   */
  CatalogueFixture(DatabaseConfig admin) throws SQLException {
    this.admin = admin;
    this.connection = connect();
    String name = "catalogue_" + ProcessHandle.current().pid() + "_" + COUNTER.incrementAndGet();
    sql(
        """
        create role NAME_read login password 'read-secret';
        create role NAME_write login password 'write-secret';
        create schema early;
        create schema elsewhere;
        grant usage on schema early to NAME_read, NAME_write;
        alter default privileges grant select on tables to NAME_read;
        alter default privileges grant select, insert, update, delete on tables to NAME_write;
        create type status as enum ('new', 'paid');
        create table customers (id int primary key, name text, email text);
        create table orders (id int primary key, status status, total numeric, note text,
          customer_id int references customers on delete cascade);
        create table lines (id int, order_id int references orders on delete set null);
        create table payments (id int, amount numeric, taken date) partition by range (taken);
        create table payments_2026 partition of payments for values from ('2026-01-01')
          to ('2027-01-01');
        create view customer_mail as select id, email from customers;
        create view mail_of_mail as select m.email as address from customer_mail m;
        create materialized view totals as
          select c.email, sum(o.total) from orders o join customers c on c.id = o.customer_id
          group by 1;
        """
            .replace("NAME", name));
    config =
        new TargetConfig(
            admin.url().replaceFirst("\\?.*", ""),
            "test",
            List.of(),
            new Credentials(
                new Login(name + "_read", "read-secret"),
                new Login(name + "_write", "write-secret"),
                null,
                null),
            Guarantee.LEDGER,
            List.of("early", "public"),
            Map.of(
                "public.customers.email", List.of("pii", "email"),
                "public.payments", List.of("pci")));
    database = new TargetDatabase("shop", config, TargetDatabase.Settings.DEFAULT);
    catalogue = new TargetCatalogue(database, analyser);
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection(admin.url(), admin.user(), admin.password());
  }

  void sql(String text) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(text);
    }
  }

  Analysis settled(String sql) {
    Analysis walked = analyser.analyse(sql);
    return walked.settledBy(catalogue.resolve(walked));
  }

  Resolution resolve(String sql) {
    return catalogue.resolve(analyser.analyse(sql));
  }

  @Override
  public void close() {
    catalogue.close();
    database.close();
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
