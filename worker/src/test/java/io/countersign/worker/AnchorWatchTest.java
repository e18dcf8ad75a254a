package io.countersign.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.health.HealthCheck.Result;
import io.countersign.audit.SigningKey;
import io.countersign.store.TestDatabase;
import io.countersign.store.anchor.Anchors;
import io.countersign.store.integration.Integrator;
import io.dropwizard.core.setup.Environment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators see of anchors, and which keys of the configuration name one. */
class AnchorWatchTest {
  private final TestDatabase database = TestDatabase.create();
  private final Jdbi jdbi = database.database().jdbi();
  private final Environment environment = new Environment("test");
  private final SigningKey key = SigningKey.generate("log.example");
  @TempDir private Path folder = Path.of("");

  AnchorWatchTest() throws Exception {}

  @AfterEach
  void close() {
    database.close();
  }

  private Anchors anchored() throws Exception {
    Anchors anchors =
        Anchors.open(List.of(folder.resolve("checkpoints")), jdbi, List.of(key.verifierKey()));
    try (Integrator integrator = new Integrator(jdbi, key, anchors, Clock.systemUTC())) {
      assertThat(integrator.integrate()).isEqualTo(1);
    }
    new AnchorWatch(anchors).start(environment);
    return anchors;
  }

  private Result health() {
    return environment.healthChecks().runHealthCheck("anchors");
  }

  private static Map<String, Double> metrics(Anchors anchors) {
    return new AnchorWatch(anchors)
        .collect().stream()
            .flatMap(family -> family.samples.stream())
            .collect(Collectors.toMap(sample -> sample.name, sample -> sample.value));
  }

  @Test
  void anchorThatAgreesIsHealthy() throws Exception {
    Anchors anchors = anchored();
    assertThat(health().isHealthy()).isTrue();
    assertThat(health().getMessage()).isEqualTo("1 entries are anchored");
    assertThat(metrics(anchors))
        .containsEntry("countersign_anchor_contradicts", 0.0)
        .containsEntry("countersign_anchor_failing", 0.0)
        .containsEntry("countersign_anchor_entries", 1.0);
  }

  @Test
  void anchorThatCannotBeReadIsAnAlarmAndNoReasonToEndTheProcess() throws Exception {
    Anchors anchors = anchored();
    Files.delete(folder.resolve("checkpoints"));
    anchors.check();
    assertThat(health().isHealthy()).isTrue();
    assertThat(health().getMessage()).contains("failing", "checkpoints", "cannot be read");
    assertThat(metrics(anchors)).containsEntry("countersign_anchor_failing", 1.0);
  }

  @Test
  void anchorThatContradictsTheLogIsUnhealthy() throws Exception {
    Anchors anchors = anchored();
    jdbi.useHandle(handle -> handle.execute("update audit_head set size = 0, frontier = ''"));
    anchors.check();
    assertThat(health().isHealthy()).isFalse();
    assertThat(health().getMessage()).contains("the database is older than its anchor");
    assertThat(metrics(anchors)).containsEntry("countersign_anchor_contradicts", 1.0);
  }

  @Test
  void withoutAnAnchorItIsSaid() throws Exception {
    Anchors none = Anchors.open(List.of(), jdbi, List.of(key.verifierKey()));
    new AnchorWatch(none).start(environment);
    assertThat(health().getMessage()).contains("no anchor is configured");
    assertThat(metrics(none)).isEmpty();
  }

  @Test
  void placeThatIsOnlyWrittenToIsWatchedToo() throws Exception {
    Anchors anchors = Anchors.open(List.of(), jdbi, List.of(key.verifierKey()));
    anchors.sendsTo("slack");
    new AnchorWatch(anchors).start(environment);
    assertThat(health().getMessage()).contains("no anchor is configured that is read back");
    assertThat(metrics(anchors)).containsEntry("countersign_anchor_failing", 0.0);
    anchors.failed("slack", "takes nothing now");
    assertThat(health().isHealthy()).isTrue();
    assertThat(health().getMessage()).contains("failing", "slack", "takes nothing now");
    assertThat(metrics(anchors)).containsEntry("countersign_anchor_failing", 1.0);
    anchors.confirmed("slack", 7);
    assertThat(metrics(anchors))
        .containsEntry("countersign_anchor_failing", 0.0)
        .containsEntry("countersign_anchor_entries", 7.0);
  }

  @Test
  void anchorInSlackIsNoFile() {
    var slack = new CountersignConfig.AnchorSection(null, true);
    var file = new CountersignConfig.AnchorSection("a", null);
    var audit =
        new CountersignConfig.AuditSection(
            "log.example", "", null, List.of(file, slack), null, null);
    assertThat(audit.anchorFiles()).containsExactly("a");
    assertThat(audit.anchorsInSlack()).isTrue();
  }
}
