package io.countersign.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.Json;
import io.countersign.api.Api;
import io.countersign.store.EvidenceGuard;
import io.countersign.worker.ApiClient.Answer;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Nobody can forget evidence: every endpoint that changes something has a test that counts its
 * event, and every change of a status that the application makes leaves exactly one.
 */
class EvidenceCoverageTest {
  /** What leaves no evidence, and why. This list may only shrink. */
  private static final Map<String, String> WITHOUT_EVIDENCE =
      Map.of(
          "POST /v1/actions/preview", "keeps nothing and runs nothing",
          "POST /v1/slack/link/preview", "tells who would be linked, and links nobody",
          "POST /auth/sign-out", "ends the caller's own session",
          "POST /demo-issuer/token", "exists in demonstrations alone");

  /** RFC 9110, section 9.2.1. */
  private static final Set<String> SAFE = Set.of(HttpMethod.GET, HttpMethod.HEAD);

  private final DemoServer server = DemoServer.start();
  private final ApiClient api = ApiClient.of(server);

  @Test
  void everyMutatingEndpointHasATestThatCountsItsEvent() throws Exception {
    Set<String> shown = new TreeSet<>(WITHOUT_EVIDENCE.keySet());
    for (Class<?> type : classes(EvidenceCoverageTest.class)) {
      for (Method method : type.getDeclaredMethods()) {
        Leaves leaves = method.getAnnotation(Leaves.class);
        if (leaves != null) {
          assertThat(method.isAnnotationPresent(Test.class)).as(method + " runs").isTrue();
          assertThat(WITHOUT_EVIDENCE).doesNotContainKeys(leaves.value());
          shown.addAll(List.of(leaves.value()));
        }
      }
    }
    assertThat(shown).isEqualTo(mutatingEndpoints());
    assertThat(WITHOUT_EVIDENCE).hasSizeLessThanOrEqualTo(4);
  }

  private static Set<String> mutatingEndpoints() throws Exception {
    Set<String> found = new TreeSet<>();
    for (Class<?> type : classes(Api.class)) {
      Optional<String> root = path(type);
      if (root.isEmpty()) {
        continue;
      }
      for (Method method : type.getDeclaredMethods()) {
        Arrays.stream(method.getAnnotations())
            .map(annotation -> annotation.annotationType().getAnnotation(HttpMethod.class))
            .filter(verb -> verb != null && !SAFE.contains(verb.value()))
            .forEach(verb -> found.add(verb.value() + " " + root.get() + path(method).orElse("")));
      }
    }
    return found;
  }

  private static Optional<String> path(AnnotatedElement element) {
    return Optional.ofNullable(element.getAnnotation(Path.class)).map(Path::value);
  }

  /** Every class in the package of that one and below, in a folder or a jar. */
  private static List<Class<?>> classes(Class<?> neighbour) throws Exception {
    URI root = neighbour.getProtectionDomain().getCodeSource().getLocation().toURI();
    java.nio.file.Path path = java.nio.file.Path.of(root);
    if (Files.isDirectory(path)) {
      return classes(path, neighbour);
    }
    try (FileSystem jar = FileSystems.newFileSystem(path)) {
      return classes(jar.getPath("/"), neighbour);
    }
  }

  private static List<Class<?>> classes(java.nio.file.Path root, Class<?> neighbour)
      throws IOException {
    String prefix = neighbour.getPackageName().replace('.', '/');
    try (Stream<java.nio.file.Path> files = Files.walk(root.resolve(prefix))) {
      return files
          .map(file -> root.relativize(file).toString())
          .filter(name -> name.endsWith(".class"))
          .map(name -> name.substring(0, name.length() - 6).replace('/', '.'))
          .<Class<?>>map(EvidenceCoverageTest::load)
          .collect(Collectors.toList());
    }
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name, false, EvidenceCoverageTest.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private Answer pending() {
    Answer action = api.submit("agent-1", "update orders set status = 'void' where id = 4711");
    assertThat(action.status()).isEqualTo("PENDING_REVIEW");
    return action;
  }

  private long events(Answer action, String type) {
    return api
        .get("dave", "/v1/actions/" + action.id() + "/events")
        .body()
        .path("items")
        .findValuesAsText("type")
        .stream()
        .filter(type::equals)
        .count();
  }

  @Test
  @Leaves("POST /v1/actions")
  void submittingTwiceWithOneKeyLeavesOneEvent() {
    String key = "coverage-" + System.nanoTime();
    var proposal = ApiClient.proposal("update orders set status = 'void' where id = 4712");
    Answer action = api.submit("agent-1", key, proposal);
    assertThat(api.submit("agent-1", key, proposal).id()).isEqualTo(action.id());
    assertThat(events(action, "action.submitted")).isEqualTo(1);
    assertThat(events(action, "action.pending")).isEqualTo(1);
  }

  @Test
  @Leaves("POST /v1/actions/{id}/cancel")
  void cancellingTwiceLeavesOneEvent() {
    Answer action = pending();
    for (int i = 0; i < 2; i++) {
      api.post("agent-1", "/v1/actions/" + action.id() + "/cancel", "");
    }
    assertThat(api.ended("agent-1", action.id()).status()).isEqualTo("CANCELLED");
    assertThat(events(action, "action.cancelled")).isEqualTo(1);
  }

  @Test
  @Leaves("POST /v1/actions/{id}/votes")
  void votingTwiceLeavesOneEvent() {
    Answer action = pending();
    for (int i = 0; i < 2; i++) {
      api.vote("bob", action, "approve");
    }
    assertThat(api.ended("agent-1", action.id()).status()).isEqualTo("SUCCEEDED");
    assertThat(events(action, "vote.counted")).isEqualTo(1);
    for (String type : List.of("action.approved", "action.executing", "action.succeeded")) {
      assertThat(events(action, type)).as(type).isEqualTo(1);
    }
    assertThat(EvidenceGuard.seen(server.demo().application().database().jdbi()))
        .contains(
            ">EVALUATING",
            "EVALUATING>PENDING_REVIEW",
            "PENDING_REVIEW>APPROVED",
            "APPROVED>EXECUTING",
            "EXECUTING>SUCCEEDED");
  }

  @Test
  @Leaves("DELETE /v1/actions/{id}/votes/mine")
  void withdrawingAVoteLeavesOneEvent() {
    var needsTwo = ApiClient.proposal("update payments set amount = 1 where id = 4711");
    Answer action = api.submit("agent-1", "coverage-" + System.nanoTime(), needsTwo);
    assertThat(action.status()).as(action.text()).isEqualTo("PENDING_REVIEW");
    api.vote("bob", action, "approve");
    Answer now = api.delete("bob", "/v1/actions/" + action.id() + "/votes/mine");
    assertThat(now.http()).as(now.text()).isEqualTo(200);
    assertThat(events(action, "vote.counted")).isEqualTo(1);
    assertThat(events(action, "vote.withdrawn")).isEqualTo(1);
  }

  @Test
  @Leaves("POST /v1/actions/{id}/revoke")
  void revokingAGrantTwiceLeavesOneEvent() {
    var grant =
        ApiClient.proposal("")
            .put("kind", "grant_role")
            .set(
                "arguments",
                Json.MAPPER.valueToTree(
                    Map.of("role", "reporting", "grantee", "analyst", "duration", "PT5M")));
    Answer action = api.submit("agent-1", "coverage-" + System.nanoTime(), grant);
    for (String who : List.of("alice", "bob")) {
      api.vote(who, action, "approve");
    }
    assertThat(api.ended("agent-1", action.id()).status()).isEqualTo("SUCCEEDED");
    for (int i = 0; i < 2; i++) {
      api.post("agent-1", "/v1/actions/" + action.id() + "/revoke", "");
    }
    assertThat(events(action, "grant.revoked")).isEqualTo(1);
    assertThat(events(action, "grant.given")).isEqualTo(1);
  }
}
