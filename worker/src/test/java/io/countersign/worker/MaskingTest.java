package io.countersign.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.store.DatabaseConfig;
import io.countersign.worker.ApiClient.Answer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tagged values reach no agent: not by expressions, views or errors. */
class MaskingTest {
  private final DemoServer server = DemoServer.start();
  private final ApiClient api = ApiClient.of(server);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select email from customers where id = 8",
        "select upper(email) from customers where id = 8",
        "select string_agg(email, ',') from customers where id = 8",
        "select email || '' as name from customers where id = 8",
        "select (select email from customers where id = 8) as x",
        "select c from customers c where id = 8",
        "select row_to_json(c) from customers c where id = 8",
        "select to_jsonb(c) ->> 'email' from customers c where id = 8",
        "select c.* from customers c where id = 8",
        "with c as (select email as harmless from customers where id = 8) select harmless from c",
        "select x from (select email from customers where id = 8) as t(x)",
        "select email from customers where id = 8 union select 'a'",
        "select case when email like '%8@example.com' then email end from customers where id = 8",
        "select array_agg(email) from customers where id = 8",
        "select substr(email, 1, 100) as city from customers where id = 8"
      })
  void taggedColumnsStayMasked(String sql) throws Exception {
    String email = DirectSql.text(server.shop(), "select email from customers where id = 8");
    Answer action = api.submit("agent-1", sql);
    assertThat(action.status()).isEqualTo("SUCCEEDED");
    Answer result = api.get("agent-1", path(action) + "/result");
    assertThat(result.http()).isEqualTo(200);
    assertThat(result.text()).contains("•••").doesNotContainIgnoringCase(email);
  }

  @Test
  void taggedColumnsStayMaskedInReturning() throws Exception {
    String email = DirectSql.text(server.shop(), "select email from customers where id = 9");
    Answer action =
        api.submit("agent-1", "update customers set city = city where id = 9 returning email, id");
    api.vote("bob", action, "approve");
    assertThat(api.ended("agent-1", action.id()).status()).isEqualTo("SUCCEEDED");
    Answer result = api.get("agent-1", path(action) + "/result");
    assertThat(result.text()).contains("•••").doesNotContainIgnoringCase(email);
    assertThat(result.body().at("/rows/0/1").asInt()).isEqualTo(9);
    assertThat(api.get("bob", path(action) + "/result").code()).isEqualTo("NOT_FOUND");
  }

  @Test
  void viewOfTaggedColumnsIsMasked() throws Exception {
    String email = DirectSql.text(server.shop(), "select email from customers where id = 8");
    DatabaseConfig shop = server.shop();
    DirectSql.execute(shop, "create view contact as select id, email as address from customers");
    try {
      DirectSql.execute(shop, "grant select on contact to cs_read");
      Answer action = api.submit("agent-1", "select address from contact where id = 8");
      if (action.status().equals("SUCCEEDED")) {
        Answer result = api.get("agent-1", path(action) + "/result");
        assertThat(result.text()).contains("•••").doesNotContainIgnoringCase(email);
      } else {
        assertThat(action.status()).isIn("REFUSED", "PENDING_REVIEW");
      }
    } finally {
      DirectSql.execute(shop, "drop view contact");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "insert into customers (name, email, phone, city, created_at) "
            + "select name, email, phone, city, now() from customers where id = 8",
        "update customers set email = (select email from customers where id = 8) where id = 10",
        "update orders set status = (select email from customers where id = 8) where id = 10",
        "update customers set id = (select email from customers where id = 8)::int where id = 10"
      })
  void errorsThatQuoteValuesAreScrubbed(String sql) throws Exception {
    String email = DirectSql.text(server.shop(), "select email from customers where id = 8");
    Answer action = api.submit("agent-1", sql);
    api.vote("bob", action, "approve");
    Answer end = api.ended("agent-1", action.id());
    assertThat(end.status()).isEqualTo("FAILED");
    assertThat(end.body().at("/error/code").asText()).isEqualTo("SQL_ERROR");
    assertThat(end.text()).doesNotContain(email);
    assertThat(api.get("dave", path(action) + "/events").text()).doesNotContain(email);
  }

  private static String path(Answer action) {
    return "/v1/actions/" + action.id();
  }
}
