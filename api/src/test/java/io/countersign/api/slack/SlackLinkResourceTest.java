package io.countersign.api.slack;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.action.Json;
import io.countersign.action.PrincipalType;
import io.countersign.api.ProblemMapper;
import io.countersign.api.identity.Caller;
import io.countersign.store.TestDatabase;
import io.countersign.store.person.SlackLinkDao;
import io.dropwizard.auth.AuthDynamicFeature;
import io.dropwizard.auth.AuthValueFactoryProvider;
import io.dropwizard.auth.oauth.OAuthCredentialAuthFilter;
import io.dropwizard.testing.junit5.DropwizardExtensionsSupport;
import io.dropwizard.testing.junit5.ResourceExtension;
import jakarta.ws.rs.client.Entity;
import jakarta.ws.rs.client.Invocation;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(DropwizardExtensionsSupport.class)
class SlackLinkResourceTest {
  private static final TestDatabase TEST = TestDatabase.create();
  private static final SlackLinks LINKS =
      new SlackLinks(
          TEST.database().jdbi(),
          URI.create("https://countersign.example/"),
          InstantSource.system());

  private static final ResourceExtension APP =
      ResourceExtension.builder()
          .setMapper(Json.MAPPER)
          .setRegisterDefaultExceptionMappers(false)
          .addProvider(new ProblemMapper())
          .addProvider(
              new AuthDynamicFeature(
                  new OAuthCredentialAuthFilter.Builder<Caller>()
                      .setAuthenticator(token -> Optional.of(caller(token)))
                      .setPrefix("Bearer")
                      .buildAuthFilter()))
          .addProvider(new AuthValueFactoryProvider.Binder<>(Caller.class))
          .addResource(new SlackLinkResource(LINKS))
          .build();

  @AfterAll
  static void close() {
    TEST.close();
  }

  @Test
  void codeBindsTheAccountToTheSignedInPersonOnce() {
    String code = code("UBOB");
    assertThat(post("bob", "/preview", code).get("user_id").textValue()).isEqualTo("UBOB");
    assertThat(LINKS.person("T1", "UBOB")).isEmpty();
    assertThat(post("bob", "", code).get("team_id").textValue()).isEqualTo("T1");
    assertThat(LINKS.person("T1", "UBOB")).contains("bob");
    assertThat(post("erin", "", code).get("code").textValue()).isEqualTo("GONE");
    assertThat(LINKS.person("T1", "UBOB")).contains("bob");
    JsonNode mine = Json.read(request("bob", "").get(String.class), JsonNode.class);
    assertThat(mine.get("items")).hasSize(1);
    assertThat(mine.at("/items/0/user_id").textValue()).isEqualTo("UBOB");
    assertThat(Json.read(request("erin", "").get(String.class), JsonNode.class).get("items"))
        .isEmpty();
    assertThat(evidence("bob")).containsExactly("identity.linked bob");
  }

  @Test
  void unlinkingEndsTheVoteAndLeavesEvidence() {
    post("dave", "", code("UDAVE"));
    try (Response response = request("dave", "").delete()) {
      assertThat(response.getStatus()).isEqualTo(204);
    }
    try (Response again = request("dave", "").delete()) {
      assertThat(again.getStatus()).isEqualTo(204);
    }
    assertThat(LINKS.person("T1", "UDAVE")).isEmpty();
    assertThat(evidence("dave")).containsExactly("identity.linked dave", "identity.unlinked dave");
  }

  @Test
  void accountThatMovesToAnotherPersonLeavesBothEvents() {
    post("alice", "", code("UMOVE"));
    post("erin", "", code("UMOVE"));
    assertThat(LINKS.person("T1", "UMOVE")).contains("erin");
    assertThat(evidence("alice", "erin"))
        .containsExactly(
            "identity.linked alice", "identity.unlinked alice", "identity.linked erin");
  }

  @Test
  void agentCannotLink() {
    String code = code("UAGENT");
    assertThat(post("agent-1", "", code).get("code").textValue()).isEqualTo("FORBIDDEN");
    assertThat(LINKS.offered(code)).contains(new SlackLinkDao.Account("T1", "UAGENT"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no json",
        "{}",
        "[]",
        "{\"code\":1}",
        "{\"code\":\"short\"}",
        "{\"code\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"person\":\"alice\"}"
      })
  void malformedBodyIsRefused(String body) {
    try (Response response = request("bob", "").post(Entity.json(body))) {
      assertThat(response.getStatus()).isEqualTo(422);
    }
  }

  private static String code(String user) {
    String url = LINKS.offer("T1", user);
    assertThat(url).startsWith("https://countersign.example/slack/link?code=");
    return url.substring(url.indexOf('=') + 1);
  }

  private static JsonNode post(String who, String path, String code) {
    try (Response response = request(who, path).post(Entity.json("{\"code\":\"" + code + "\"}"))) {
      return Json.read(response.readEntity(String.class), JsonNode.class);
    }
  }

  private static Invocation.Builder request(String who, String path) {
    return APP.target("/v1/slack/link" + path).request().header("Authorization", "Bearer " + who);
  }

  private static Caller caller(String id) {
    PrincipalType type = id.startsWith("agent") ? PrincipalType.AGENT : PrincipalType.PERSON;
    return new Caller(type, id, id, List.of(), Set.of(), null, Set.of(), null, "console");
  }

  /** What the log says of these people, who are pseudonyms there. */
  private static List<String> evidence(String... people) {
    return TEST.database()
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(
                        """
                        select type || ' ' || subject_id
                        from audit_outbox
                        join audit_secret on pseudonym = body::json -> 'details' ->> 'person'
                        where subject_id = any(:people) order by id
                        """)
                    .bind("people", people)
                    .mapTo(String.class)
                    .list());
  }
}
