package io.countersign.api.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropwizard.core.Application;
import io.dropwizard.core.Configuration;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.testing.ConfigOverride;
import io.dropwizard.testing.junit5.DropwizardAppExtension;
import io.dropwizard.testing.junit5.DropwizardExtensionsSupport;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The console beside an API that is mounted on the same root. */
@ExtendWith(DropwizardExtensionsSupport.class)
class ConsoleServletTest {
  private static final DropwizardAppExtension<Configuration> APP =
      new DropwizardAppExtension<>(
          Site.class,
          null,
          ConfigOverride.config("server.applicationConnectors[0].port", "0"),
          ConfigOverride.config("server.adminConnectors[0].port", "0"));

  private final HttpClient client = HttpClient.newHttpClient();

  /** An API and the console, wired as the real application wires them. */
  public static final class Site extends Application<Configuration> {
    @Override
    public void run(Configuration configuration, Environment environment) {
      environment.jersey().register(new Things());
      environment
          .servlets()
          .addServlet("console", new ConsoleServlet())
          .addMapping(ConsoleServlet.MAPPINGS);
    }
  }

  /** Stands for the API. */
  @Path("/v1/things")
  public static final class Things {
    @GET
    public String get() {
      return "api";
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/", "/start", "/history?status=DENIED", "/actions/act_X", "/slack/link?code=x"})
  void everyPageIsTheSameDocument(String path) throws Exception {
    HttpResponse<String> page = get(path);
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Type").orElseThrow())
        .isEqualToIgnoringCase("text/html;charset=utf-8");
    assertThat(page.body()).contains("<main id=\"main\"").contains("/console/app.js");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/console/app.js", "/console/none.js"})
  void everyAnswerCarriesTheSecurityHeaders(String path) throws Exception {
    HttpResponse<String> answer = get(path);
    assertThat(answer.headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("default-src 'self'", "frame-ancestors 'none'", "trusted-types 'none'")
        .doesNotContain("unsafe", "data:", "*");
    assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    assertThat(answer.headers().firstValue("Referrer-Policy")).contains("same-origin");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/console/none.js",
        "/console/",
        "/console",
        "/console/index.html/x",
        "/console/..%2fdb/migration/V1__create_actions.sql"
      })
  void whatIsNotTheConsolesDoesNotExist(String path) throws Exception {
    assertThat(get(path).statusCode()).isIn(400, 404);
  }

  @Test
  void aFileThatDidNotChangeIsNotSentAgain() throws Exception {
    HttpResponse<String> first = get("/console/app.js");
    String tag = first.headers().firstValue("ETag").orElseThrow();
    HttpResponse<String> second = get("/console/app.js", "If-None-Match", tag);
    assertThat(second.statusCode()).isEqualTo(304);
    assertThat(second.body()).isEmpty();
    assertThat(get("/console/app.js", "If-None-Match", "\"other\"").statusCode()).isEqualTo(200);
    assertThat(first.headers().firstValue("Cache-Control")).contains("no-cache");
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE"})
  void noPageTakesAnythingButReads(String method) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(address("/actions/act_X"))
            .method(method, BodyPublishers.ofString("{}"))
            .build();
    assertThat(client.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(405);
  }

  @Test
  void theApiStaysReachableOnTheSameRoot() throws Exception {
    assertThat(get("/v1/things").body()).isEqualTo("api");
    assertThat(get("/v1/none").statusCode()).isEqualTo(404);
  }

  private HttpResponse<String> get(String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(address(path));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private static URI address(String path) {
    return URI.create("http://localhost:" + APP.getLocalPort() + path);
  }
}
