package io.countersign.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.action.Digest;
import io.countersign.action.Json;
import io.countersign.worker.ApiClient.Answer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A policy that changes while the server runs. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PolicyReloadTest {
  private static final String READ = "select count(*) from orders";
  private static final String UPDATE = "update orders set status = 'void' where id = 4711";

  @TempDir static Path folder;
  private Path file;
  private Demo demo;
  private JsonNode ready;
  private ApiClient api;
  private int changes;

  @BeforeAll
  void start() throws Exception {
    System.setProperty("countersign.home", Path.of("..").toAbsolutePath().toString());
    file = folder.resolve("policy.yml");
    Files.writeString(file, policy("allow", "{dba: 1}"));
    demo =
        Demo.start(
            0,
            Optional.empty(),
            Optional.empty(),
            true,
            tree -> tree.put("policy", file.toString()));
    ready = Json.MAPPER.valueToTree(demo.ready());
    api = new ApiClient(ready.path("url").asText(), who -> ready.path("tokens").path(who).asText());
  }

  @AfterAll
  void stop() throws Exception {
    demo.close();
  }

  @BeforeEach
  void begin() throws Exception {
    change(policy("allow", "{dba: 1}"));
  }

  private static String policy(String reads, String writers) {
    return """
        version: 1
        groups: {dba: {idp: dba}, security: {idp: security}}
        rules:
          - {name: reads, when: 'sql.class == "read"', then: %s}
          - {name: writes, when: 'sql.class == "write"', then: review, approvals: [%s]}
        """
        .formatted(reads, writers);
  }

  /** Returns once it is in force; no two changes are the same bytes. */
  private String change(String yaml) throws Exception {
    String changed = yaml + "# change " + ++changes + "\n";
    Files.writeString(file, changed);
    String version = Digest.sha256(changed).toString();
    await(() -> version.equals(inForce()));
    return version;
  }

  private String inForce() {
    return api.get("agent-1", "/v1/policy").body().path("version").asText();
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.call()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("it never happened");
      }
      Thread.onSpinWait();
    }
  }

  private String admin(String method, String path) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      var request =
          HttpRequest.newBuilder(URI.create(ready.path("admin_url").asText() + path))
              .method(method, HttpRequest.BodyPublishers.noBody())
              .build();
      return client.send(request, BodyHandlers.ofString()).body();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean logHolds(String... words) {
    String log = api.get("dave", "/v1/audit/entries?start=0&end=1000").text();
    return log.lines().anyMatch(line -> java.util.Arrays.stream(words).allMatch(line::contains));
  }

  @Test
  void nextActionIsJudgedByTheNewPolicy() throws Exception {
    assertThat(api.submit("agent-1", READ).status()).isEqualTo("SUCCEEDED");
    String version = change(policy("refuse", "{dba: 1}"));
    Answer refused = api.submit("agent-1", READ);
    assertThat(refused.status()).isEqualTo("REFUSED");
    assertThat(refused.body().path("policy").path("version").asText()).isEqualTo(version);
    await(() -> logHolds("policy.loaded", version));
    assertThat(admin("GET", "/metrics"))
        .contains("countersign_policy_broken 0.0", "countersign_policy_info{version=\"" + version);
  }

  @Test
  void brokenPolicyIsAnAlarmAndTheOldOneStays() throws Exception {
    String version = change(policy("allow", "{dba: 1}"));
    Files.writeString(file, policy("allow", "{dba: 1}").replace("then: review", "then: secret-9"));
    await(() -> admin("GET", "/metrics").contains("countersign_policy_broken 1.0"));
    assertThat(inForce()).isEqualTo(version);
    assertThat(api.submit("agent-1", READ).status()).isEqualTo("SUCCEEDED");
    assertThat(admin("GET", "/healthcheck")).contains("policy.yml:5:", "stays in force");
    await(() -> logHolds("policy.rejected", version, "\"line\":5"));
    assertThat(logHolds("secret-9")).isFalse();
    Files.delete(file);
    await(() -> logHolds("policy.rejected", "unreadable"));
    assertThat(api.submit("agent-1", READ).status()).isEqualTo("SUCCEEDED");
    change(policy("allow", "{dba: 1}"));
    assertThat(admin("GET", "/metrics")).contains("countersign_policy_broken 0.0");
  }

  @Test
  void whatWaitsMeetsATightenedPolicyAndNoLoosenedOne() throws Exception {
    Answer waits = api.submit("agent-1", UPDATE);
    assertThat(waits.status()).isEqualTo("PENDING_REVIEW");
    change(policy("allow", "{dba: 1, security: 1}"));
    assertThat(api.vote("bob", waits, "approve").http()).isEqualTo(200);
    Answer more = api.until("agent-1", waits.id(), now -> now.text().contains("security"));
    assertThat(more.status()).isEqualTo("PENDING_REVIEW");
    assertThat(api.get("agent-1", "/v1/actions/" + waits.id() + "/events").text())
        .contains("POLICY_TIGHTENED");
    change(policy("allow", "{dba: 1}"));
    Answer still = api.get("agent-1", "/v1/actions/" + waits.id());
    assertThat(still.status()).isEqualTo("PENDING_REVIEW");
    api.vote("alice", still, "approve");
    assertThat(api.ended("agent-1", waits.id()).status()).isEqualTo("SUCCEEDED");
  }

  @Test
  void operatorMayReloadAtOnce() throws Exception {
    String yaml = policy("refuse", "{dba: 1}") + "# at once\n";
    Files.writeString(file, yaml);
    assertThat(admin("POST", "/tasks/reload-policy"))
        .contains(Digest.sha256(yaml).toString(), "is in force");
    assertThat(api.submit("agent-1", READ).status()).isEqualTo("REFUSED");
  }
}
