package io.countersign.worker;

import com.codahale.metrics.health.HealthCheck;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.policy.PolicyException;
import io.countersign.policy.PolicyFile;
import io.countersign.policy.PolicyFile.Look;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.servlets.tasks.Task;
import io.prometheus.client.Collector;
import io.prometheus.client.GaugeMetricFamily;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a changed policy in force without a restart. A broken one is an alarm (log, metric, health),
 * and the old one stays. What was loaded or rejected is evidence, once for every change.
 */
final class PolicyWatch extends Collector implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PolicyWatch.class);
  private static final Duration PERIOD = Duration.ofSeconds(1);

  private final PolicyFile policy;
  private final Consumer<Event> evidence;
  private final Clock clock;
  private final Deque<Event> unrecorded = new ArrayDeque<>();
  private final Thread thread = Thread.ofVirtual().name("policy-watch").unstarted(this::run);
  private volatile Instant loadedAt;
  private volatile boolean closed;

  /**
   * @param evidence takes an event or throws; what it did not take it gets again
   */
  PolicyWatch(PolicyFile policy, Consumer<Event> evidence, Clock clock) {
    this.policy = policy;
    this.evidence = evidence;
    this.clock = clock;
    this.loadedAt = clock.instant();
  }

  /** The policy of the start is evidence too: without it there is no start. */
  PolicyWatch start(Environment environment) {
    evidence.accept(loaded());
    environment.healthChecks().register("policy", health());
    environment.admin().addTask(task());
    thread.start();
    return this;
  }

  private void run() {
    while (!closed) {
      try {
        Thread.sleep(PERIOD);
        take(policy.look());
      } catch (InterruptedException e) {
        closed = true;
      } catch (RuntimeException e) {
        LOG.warn("the policy could not be looked at: {}", e.getClass().getSimpleName());
      }
    }
  }

  private synchronized void take(Look look) {
    switch (look) {
      case Look.Same same -> {}
      case Look.Loaded loaded -> {
        loadedAt = clock.instant();
        LOG.info("policy {} is in force", loaded.policy().version());
        unrecorded.add(loaded());
      }
      case Look.Rejected rejected -> {
        LOG.error(
            "the policy is broken, {} stays in force: {}",
            policy.current().version(),
            rejected.problem().getMessage());
        unrecorded.add(rejected(rejected));
      }
    }
    record();
  }

  /** What the control database did not take is tried again with the next look. */
  private void record() {
    while (!unrecorded.isEmpty()) {
      evidence.accept(unrecorded.peek());
      unrecorded.remove();
    }
  }

  private Event loaded() {
    return event(EventType.POLICY_LOADED, Event.Effect.CHANGED, Map.of());
  }

  private Event rejected(Look.Rejected rejected) {
    PolicyException problem = rejected.problem();
    return event(
        EventType.POLICY_REJECTED,
        Event.Effect.NONE,
        Map.of(
            "rejected", rejected.version(),
            "line", problem.line(),
            "column", problem.column(),
            "problem", withoutContent(problem)));
  }

  /** What stands in the file stays in the file. */
  private static String withoutContent(PolicyException problem) {
    return String.valueOf(problem.getMessage())
        .replaceFirst("^.*?:\\d+:\\d+: ", "")
        .replaceAll("`[^`]*`", "`…`");
  }

  private Event event(EventType type, Event.Effect effect, Map<String, Object> details) {
    return new Event(
        clock.instant(),
        type,
        null,
        0,
        null,
        policy.current().version(),
        Event.Actor.SYSTEM,
        null,
        effect,
        null,
        null,
        details);
  }

  private HealthCheck health() {
    return new HealthCheck() {
      @Override
      protected Result check() {
        // The process works on with the old policy: a restart would not.
        return Result.healthy(standing());
      }
    };
  }

  private String standing() {
    String version = policy.current().version();
    return policy
        .problem()
        .map(problem -> "broken, %s stays in force: %s".formatted(version, problem.getMessage()))
        .orElse(version + " is in force");
  }

  private Task task() {
    return new Task("reload-policy") {
      @Override
      public void execute(Map<String, List<String>> parameters, PrintWriter output) {
        take(policy.reloaded());
        output.println(standing());
      }
    };
  }

  @Override
  public List<MetricFamilySamples> collect() {
    return List.of(
        new GaugeMetricFamily(
            "countersign_policy_broken",
            "1 while the policy file cannot be used and an older policy is in force",
            policy.problem().isPresent() ? 1 : 0),
        new GaugeMetricFamily(
            "countersign_policy_loaded_timestamp",
            "when the policy in force was loaded, in seconds since 1970",
            loadedAt.toEpochMilli() / 1000.0),
        new GaugeMetricFamily("countersign_policy_info", "the policy in force", List.of("version"))
            .addMetric(List.of(policy.current().version()), 1));
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
