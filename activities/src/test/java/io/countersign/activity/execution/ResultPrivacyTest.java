package io.countersign.activity.execution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.action.ActionId;
import io.countersign.action.Json;
import io.countersign.activity.execution.ExecutionFixture.Options;
import io.countersign.sql.StatementClass;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ResultPrivacyTest {
  private ExecutionFixture fixture;

  @BeforeAll
  void open() throws Exception {
    fixture = new ExecutionFixture();
  }

  @AfterAll
  void close() {
    fixture.close();
  }

  private void execute(ActionId id) {
    var unused = fixture.activities().execute(id, fixture.digest(id));
  }

  private JsonNode result(ActionId id) throws Exception {
    return Json.MAPPER.readTree(fixture.vault.read(id).orElseThrow());
  }

  @Test
  void taggedColumnsAreMaskedForAgents() throws Exception {
    ActionId id =
        fixture.approved(
            Options.PLAIN.tags("pii", "email"),
            StatementClass.READ,
            "select id, s.email as e, upper(email) from (select * from customers) s"
                + " where id = 1");
    execute(id);
    assertThat(result(id).get("rows").toString()).isEqualTo("[[1,\"•••\",\"•••\"]]");
    assertThat(result(id).get("columns").findValuesAsText("masked"))
        .containsExactly("false", "true", "true");
  }

  @Test
  void returnedRowsOfAWriteAreMaskedToo() throws Exception {
    ActionId id =
        fixture.approved(
            Options.PLAIN.tags("pii", "email"),
            StatementClass.WRITE,
            "update customers set name = 'n' where id = 2 returning *");
    execute(id);
    assertThat(result(id).get("rows").toString()).isEqualTo("[[2,\"n\",\"•••\"]]");
  }

  @Test
  void partitionsAndViewsDoNotUnmask() throws Exception {
    ActionId partition =
        fixture.approved(
            Options.PLAIN, StatementClass.READ, "select amount from payments_2026 limit 1");
    execute(partition);
    assertThat(result(partition).get("rows").toString()).isEqualTo("[[\"•••\"]]");
    ActionId view =
        fixture.approved(
            Options.PLAIN.tags("pii", "email"),
            StatementClass.READ,
            "select email from customer_mail");
    execute(view);
    assertThat(result(view).toString()).doesNotContain("example.test");
  }

  @Test
  void viewOfUntaggedDataIsShown() throws Exception {
    ActionId view =
        fixture.approved(
            Options.PLAIN, StatementClass.READ, "select id from customer_mail where id = 4");
    execute(view);
    assertThat(result(view).get("rows").toString()).isEqualTo("[[4]]");
  }

  @Test
  void personSeesWhatTheVerdictDoesNotMask() throws Exception {
    String sql = "select email from customers where id = 3";
    ActionId open = fixture.approved(Options.PLAIN.person("pci"), StatementClass.READ, sql);
    execute(open);
    assertThat(result(open).toString()).contains("mail3@example.test");
    ActionId masked = fixture.approved(Options.PLAIN.person("email"), StatementClass.READ, sql);
    execute(masked);
    assertThat(result(masked).toString()).doesNotContain("mail3@example.test");
  }

  @Test
  void resultIsEncryptedAtRest() {
    ActionId id = fixture.approved(StatementClass.READ, "select 'planted-value-79' as v");
    execute(id);
    assertThat(fixture.vault.read(id).orElseThrow()).contains("planted-value-79");
    String stored =
        fixture
            .control
            .database()
            .jdbi()
            .withHandle(
                handle ->
                    handle
                        .createQuery("select encode(ciphertext, 'escape') from result")
                        .mapTo(String.class)
                        .list())
            .toString();
    assertThat(stored).doesNotContain("planted-value-79");
  }
}
