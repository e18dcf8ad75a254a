package io.countersign.api.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.store.TestDatabase;
import io.countersign.store.person.PersonDao;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class BearerTest {
  private static TestDatabase database;
  private static TestProvider provider;
  private static IdentityServer server;

  private final Browser client = new Browser();

  @BeforeAll
  static void start() throws Exception {
    database = TestDatabase.create();
    provider = new TestProvider();
    server = IdentityServer.trusting(provider.config(), database, new TestClock());
  }

  @AfterAll
  static void stop() {
    server.close();
    provider.close();
    database.close();
  }

  private HttpResponse<String> call(String authorization) {
    return client.step(server.url() + "/who", "Authorization", authorization);
  }

  private static String token(String person, Instant issued, String... groups) {
    return provider.sign(
        provider.claims(person).issueTime(Date.from(issued)).claim("groups", List.of(groups)));
  }

  @Test
  void callWithoutCredentialsIsChallenged() {
    HttpResponse<String> answer = client.step(server.url() + "/who");
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.headers().firstValue("WWW-Authenticate").orElseThrow()).startsWith("Bearer");
    assertThat(answer.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("application/problem+json");
    assertThat(answer.body()).contains("\"code\":\"UNAUTHENTICATED\"", "\"status\":401");
  }

  @Test
  void otherSchemesAndBadTokensAreChallenged() {
    String good = token("p", Instant.now());
    for (String header : List.of("", "Basic YTpi", "Bearer", "Bearer ", "Bearer x", good)) {
      HttpResponse<String> answer = call(header);
      assertThat(answer.statusCode()).as(header).isEqualTo(401);
      assertThat(answer.headers().firstValue("WWW-Authenticate")).isPresent();
    }
    assertThat(call("bearer " + good).statusCode()).isEqualTo(200);
  }

  @Test
  void personIsRememberedWithGroups() {
    assertThat(call("Bearer " + token("ann", Instant.now(), "dba")).body())
        .isEqualTo("PERSON ann [dba]api");
    assertThat(stored("ann").idpGroups()).containsExactly("dba");
  }

  private static PersonDao.Person stored(String id) {
    return database
        .database()
        .jdbi()
        .withExtension(PersonDao.class, people -> people.find(id))
        .orElseThrow();
  }

  @Test
  void personIsWrittenAtMostOnceAMinuteUnlessSomethingChanged() {
    Instant start = Instant.now().minusSeconds(200);
    call("Bearer " + token("eve", start, "dba"));
    Instant first = stored("eve").seenAt();
    call("Bearer " + token("eve", start.plusSeconds(30), "dba"));
    assertThat(stored("eve").seenAt()).isEqualTo(first);
    call("Bearer " + token("eve", start.plusSeconds(31), "dba", "security"));
    assertThat(stored("eve").seenAt()).isEqualTo(first.plusSeconds(31));
    assertThat(stored("eve").idpGroups()).containsExactly("dba", "security");
    call("Bearer " + token("eve", start.plusSeconds(95), "dba", "security"));
    assertThat(stored("eve").seenAt()).isEqualTo(first.plusSeconds(95));
  }

  @Test
  void olderTokenDoesNotBringBackALostGroup() {
    Instant now = Instant.now();
    String old = token("max", now.minusSeconds(100), "dba", "auditors");
    assertThat(call("Bearer " + old).body()).isEqualTo("PERSON max [auditors, dba]api");
    assertThat(call("Bearer " + token("max", now)).body()).isEqualTo("PERSON max []api");
    assertThat(call("Bearer " + old).body()).isEqualTo("PERSON max []api");
    assertThat(stored("max").idpGroups()).isEmpty();
  }

  @Test
  void deactivatedPersonIsRefusedAndStaysDeactivated() {
    call("Bearer " + token("ned", Instant.now()));
    database
        .database()
        .jdbi()
        .useExtension(PersonDao.class, people -> people.setActive("ned", false));
    assertThat(call("Bearer " + token("ned", Instant.now(), "dba")).statusCode()).isEqualTo(401);
    assertThat(stored("ned").active()).isFalse();
  }

  @Test
  void agentIsNotRememberedAsAPerson() {
    String agent =
        provider.sign(
            provider
                .claims("agent-2")
                .claim("client_id", "agent-2")
                .claim("groups", List.of("platform")));
    assertThat(call("Bearer " + agent).body()).isEqualTo("AGENT agent-2 [platform]api");
    long people =
        database
            .database()
            .jdbi()
            .withHandle(
                handle ->
                    handle
                        .createQuery("select count(*) from person where id = 'agent-2'")
                        .mapTo(Long.class)
                        .one());
    assertThat(people).isZero();
  }

  @Test
  void badTokenIsNotSavedByAGoodCookie() throws Exception {
    try (IdentityServer demo = IdentityServer.ofDemo(database, new TestClock())) {
      client.follow(demo.url() + "/auth/sign-in?as=bob&return=/auth/session");
      assertThat(client.step(demo.url() + "/who").statusCode()).isEqualTo(200);
      assertThat(client.step(demo.url() + "/who", "Authorization", "Bearer x").statusCode())
          .isEqualTo(401);
    }
  }

  @Test
  void unreachableIssuerAnswersUnavailable() throws Exception {
    String token;
    IdentityConfig config;
    try (TestProvider gone = new TestProvider()) {
      token = gone.sign(gone.claims("p"));
      config = gone.config();
    }
    try (IdentityServer lonely = IdentityServer.trusting(config, database, new TestClock())) {
      HttpResponse<String> answer =
          client.step(lonely.url() + "/who", "Authorization", "Bearer " + token);
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.body()).contains("\"code\":\"UNAVAILABLE\"");
    }
  }
}
