package io.countersign.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.store.DatabaseConfig;
import io.countersign.store.TestDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SampleShopTest {
  private static final SampleShop.Passwords PASSWORDS =
      new SampleShop.Passwords("r'ead", "wr?ite", "d{d}l", "rol:es");

  private final DatabaseConfig owner = TestDatabase.emptyDatabase("sample_shop");

  @BeforeAll
  void create() throws SQLException {
    SampleShop.create(owner, PASSWORDS);
  }

  private String ask(String user, String password, String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(owner.url().replaceFirst("\\?.*", ""), user, password);
        var statement = connection.createStatement()) {
      if (!statement.execute(sql)) {
        return String.valueOf(statement.getUpdateCount());
      }
      var row = statement.getResultSet();
      row.next();
      return row.getString(1);
    }
  }

  @Test
  void hasAtLeastFiftyThousandRowsAndIsTheSameEveryTime() throws SQLException {
    String count =
        "select (select count(*) from customers) + (select count(*) from orders)"
            + " + (select count(*) from payments)";
    assertThat(ask("cs_read", "r'ead", count)).isEqualTo("55000");
    String hash =
        "select md5(string_agg(c::text, '' order by id)) from (select * from customers) c";
    String first = ask("cs_read", "r'ead", hash);
    SampleShop.create(owner, PASSWORDS);
    assertThat(ask("cs_read", "r'ead", hash)).isEqualTo(first);
    assertThat(ask("cs_read", "r'ead", "select email from customers where id = 42"))
        .isEqualTo("chen.costa42@example.com");
  }

  @Test
  void rolesMayDoTheirClassAndNoMore() throws SQLException {
    assertThat(ask("cs_write", "wr?ite", "update orders set status = 'void' where id = 1"))
        .isEqualTo("1");
    assertThat(ask("cs_ddl", "d{d}l", "alter table orders add column note text")).isEqualTo("0");
    assertRefused("cs_read", "r'ead", "delete from payments");
    assertRefused("cs_read", "r'ead", "select * from countersign.execution");
    assertRefused("cs_write", "wr?ite", "drop table payments");
    assertRefused("cs_write", "wr?ite", "create table public.trap (id int)");
    assertRefused("cs_write", "wr?ite", "create temporary table orders (id int)");
    assertRefused("cs_write", "wr?ite", "delete from countersign.execution");
    assertRefused("cs_write", "wr?ite", "update countersign.execution set fence = 2");
    assertRefused("cs_ddl", "d{d}l", "drop table countersign.execution");
  }

  private void assertRefused(String user, String password, String sql) {
    assertThatThrownBy(() -> ask(user, password, sql))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isIn("42501", "25006"));
  }
}
