package io.countersign.activity.execution;

import io.countersign.audit.SigningKey;
import io.countersign.house.Repository;
import io.countersign.store.TestDatabase;
import io.countersign.store.anchor.Anchors;
import io.countersign.store.integration.Integrator;
import io.countersign.store.integration.SigningKeyFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/** What an operator has on the disk for a control database: configuration, key and anchor. */
final class AnchoredInstallation {
  private static final String ORIGIN = "countersign.test/restored";
  private static final String CONFIG =
      """
      server:
        applicationConnectors: [{type: http, port: 0}]
        adminConnectors: [{type: http, port: 0}]
      publicUrl: http://localhost:8080
      mode: production
      database: {url: "%s", user: "%s", password: "${DB_PASSWORD}"}
      temporal: {address: "127.0.0.1:1"}
      policy: policy.yml
      votes: {key: "a-key-for-tests-of-32-characters-or-more"}
      identity:
        issuer: http://127.0.0.1:1
        audience: countersign
        console: {clientId: console}
      targets:
        shop:
          url: jdbc:postgresql://127.0.0.1:1/shop
          credentials:
            read: {user: cs_read, password: none}
            write: {user: cs_write, password: none}
      audit: {origin: %s, signingKey: audit.pem, anchors: [{file: anchor/checkpoints}]}
      results: {key: "a-key-for-tests-of-32-characters-or-more"}
      """;

  private final TestDatabase control;
  private final Path folder;
  private final SigningKey key;

  AnchoredInstallation(TestDatabase control, Path folder) throws Exception {
    this.control = control;
    this.folder = folder;
    key = SigningKeyFile.readOrCreate(ORIGIN, folder.resolve("audit.pem"));
    Files.copy(Repository.root().resolve("policy.yml"), folder.resolve("policy.yml"));
    Files.writeString(
        config(), CONFIG.formatted(control.config().url(), control.config().user(), ORIGIN));
  }

  Path config() {
    return folder.resolve("config.yml");
  }

  Map<String, String> environment() {
    return Map.of("DB_PASSWORD", control.config().password());
  }

  /** What a worker does with evidence from its start on. */
  void anchorEvidence() throws Exception {
    var jdbi = control.database().jdbi();
    Anchors anchors =
        Anchors.open(
            List.of(folder.resolve("anchor/checkpoints")), jdbi, List.of(key.verifierKey()));
    try (Integrator integrator = new Integrator(jdbi, key, anchors, Clock.systemUTC())) {
      while (integrator.integrate() > 0) {
        continue;
      }
    }
  }
}
