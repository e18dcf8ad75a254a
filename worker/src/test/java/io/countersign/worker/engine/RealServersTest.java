package io.countersign.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.DriverManager;
import org.junit.jupiter.api.Test;

class RealServersTest {

  @Test
  void postgresKeepsCommitsThroughAPowerCut() throws Exception {
    try (var postgres = DebianPostgres.startOrSkip()) {
      String url = postgres.jdbcUrl("shop");
      execute(postgres, url, "create table kept as select 42 as answer");
      postgres.stop(true);
      postgres.start();
      assertThat(text(postgres, url, "select answer from kept")).isEqualTo("42");
      assertThat(text(postgres, url, "show fsync")).isEqualTo("on");
      assertThat(postgres.jdbcUrl("shop")).isEqualTo(url);
    }
  }

  @Test
  void temporalAnswersOnFreePortsWithItsUi() throws Exception {
    try (var temporal = RealTemporal.startOrSkip();
        var client = HttpClient.newHttpClient()) {
      assertThat(temporal.address()).matches("127\\.0\\.0\\.1:\\d+");
      var request =
          HttpRequest.newBuilder(URI.create(temporal.uiUrl() + "/api/v1/namespaces")).build();
      var response = client.send(request, BodyHandlers.ofString());
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.body()).containsPattern("\"name\": *\"default\"");
    }
  }

  private static void execute(DebianPostgres postgres, String url, String sql) throws Exception {
    try (var connection = DriverManager.getConnection(url, postgres.user(), postgres.password());
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String text(DebianPostgres postgres, String url, String sql) throws Exception {
    try (var connection = DriverManager.getConnection(url, postgres.user(), postgres.password());
        var rows = connection.createStatement().executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
