package io.countersign.worker;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.action.Json;
import io.countersign.store.DatabaseConfig;
import io.countersign.store.EvidenceGuard;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The whole embedded application, for tests that talk to it over HTTP; one for a JVM. */
public final class DemoServer {
  private static @Nullable DemoServer running;

  private final Demo demo;
  private final JsonNode ready;

  private DemoServer(Demo demo) {
    this.demo = demo;
    this.ready = Json.MAPPER.valueToTree(demo.ready());
  }

  /** Starts it, or answers the one that runs. */
  public static synchronized DemoServer start() {
    DemoServer started = running;
    if (started == null) {
      System.setProperty("countersign.home", Path.of("..").toAbsolutePath().toString());
      try {
        started = new DemoServer(Demo.start(0, Optional.empty(), Optional.empty(), false));
        EvidenceGuard.install(started.demo.application().database().jdbi());
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
      running = started;
    }
    return started;
  }

  /** Where API and console are; {@code localhost}, as browsers reach it. */
  public String url() {
    return ready.path("url").asText().replace("127.0.0.1", "localhost");
  }

  public String adminUrl() {
    return ready.path("admin_url").asText();
  }

  /** A bearer token of agent-1, alice, bob, carol, dave or erin. */
  public String token(String who) {
    return ready.path("tokens").path(who).asText();
  }

  /** Signs a browser in as that person and goes to the path. */
  public String signInUrl(String person, String path) {
    return url() + "/auth/sign-in?as=" + person + "&return=" + path;
  }

  /** An administrator's login to the shop, to look at effects. */
  public DatabaseConfig shop() {
    JsonNode shop = ready.path("targets").path("shop");
    return new DatabaseConfig(
        shop.path("jdbc_url").asText(), shop.path("user").asText(), shop.path("password").asText());
  }

  /** For tests that look behind the API. */
  Demo demo() {
    return demo;
  }
}
