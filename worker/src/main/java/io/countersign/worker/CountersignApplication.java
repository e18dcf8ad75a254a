package io.countersign.worker;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.countersign.action.Digest;
import io.countersign.action.Json;
import io.countersign.action.Operation;
import io.countersign.action.Target;
import io.countersign.activity.Reconciler;
import io.countersign.api.Api;
import io.countersign.api.CastVotes;
import io.countersign.api.ProblemErrors;
import io.countersign.api.RowLimits;
import io.countersign.api.Votes;
import io.countersign.api.console.ConsoleServlet;
import io.countersign.api.console.DemoResource;
import io.countersign.api.identity.DemoIssuer;
import io.countersign.api.identity.Identity;
import io.countersign.api.identity.IdentityConfig;
import io.countersign.api.slack.SlackLinkResource;
import io.countersign.api.slack.SlackLinks;
import io.countersign.api.slack.SlackResource;
import io.countersign.audit.Event;
import io.countersign.audit.KeyRing;
import io.countersign.audit.SigningKey;
import io.countersign.policy.PolicyException;
import io.countersign.policy.PolicyFile;
import io.countersign.sql.ParserPool;
import io.countersign.sql.StatementAnalyser;
import io.countersign.store.ChangeFeed;
import io.countersign.store.Database;
import io.countersign.store.DatabaseConfig;
import io.countersign.store.action.ActionStore;
import io.countersign.store.anchor.AnchorSource;
import io.countersign.store.anchor.Anchors;
import io.countersign.store.anchor.Cosignatures;
import io.countersign.store.auditor.AuditExport;
import io.countersign.store.custody.Retention;
import io.countersign.store.evidence.AuditLog;
import io.countersign.store.evidence.Outbox;
import io.countersign.store.integration.Integrator;
import io.countersign.store.result.ArtifactVault;
import io.countersign.store.result.ResultVault;
import io.countersign.worker.cosigning.Cosigning;
import io.countersign.worker.cosigning.WitnessClient;
import io.countersign.workflow.ActionEngine;
import io.countersign.workflow.TemporalConfig;
import io.countersign.workflow.TemporalConnection;
import io.countersign.workflow.VoteSeal;
import io.dropwizard.core.Application;
import io.dropwizard.core.server.AbstractServerFactory;
import io.dropwizard.core.setup.Bootstrap;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.lifecycle.AutoCloseableManager;
import io.temporal.client.WorkflowClient;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wires one process: constructors in order, nothing hidden. */
public final class CountersignApplication extends Application<CountersignConfig> {
  private static final Logger LOG = LoggerFactory.getLogger(CountersignApplication.class);

  private final Role role;
  private final CountersignConfig config;
  private final ConfigFile file;
  private final Clock clock = Clock.systemUTC();
  private final PolicyFile policy;
  private final SigningKey signingKey;
  private final KeyRing keys;
  private final List<AnchorSource> exportedAnchors;
  private final Database database;
  private final Anchors anchors;
  private final List<WitnessClient> witnesses;
  private final DatabaseConfig databaseConfig;
  private final @Nullable DemoIssuer demoIssuer;
  private @Nullable WorkflowClient client;

  /**
   * Opens everything that can be a configuration mistake, before any port is bound.
   *
   * @param file where the configuration comes from
   * @param demoIssuer vouches for the demo's people; null in production
   */
  CountersignApplication(
      Role role, CountersignConfig config, ConfigFile file, @Nullable DemoIssuer demoIssuer)
      throws ConfigException {
    this.role = role;
    this.config = config;
    this.file = file;
    this.demoIssuer = demoIssuer;
    this.policy = openPolicy();
    this.signingKey = AuditParts.signingKey(config, file);
    this.keys = AuditParts.keys(config, file, signingKey);
    this.databaseConfig = controlDatabase(config, file);
    this.database = openDatabase();
    this.witnesses = role.works() ? AuditParts.witnesses(config, file, keys) : List.of();
    this.anchors = AuditParts.anchors(role, config, file, database, keys, witnesses);
    this.exportedAnchors = AuditParts.readable(config, file, database.jdbi());
  }

  private PolicyFile openPolicy() throws ConfigException {
    try {
      return PolicyFile.open(file.resolve(config.policy()));
    } catch (PolicyException e) {
      throw file.mistake("policy", String.valueOf(e.getMessage()));
    }
  }

  private static DatabaseConfig controlDatabase(CountersignConfig config, ConfigFile file)
      throws ConfigException {
    DatabaseConfig control = config.database();
    if (control == null) {
      throw file.mistake("database.url", "missing");
    }
    return control;
  }

  static Database openDatabase(CountersignConfig config, ConfigFile file) throws ConfigException {
    try {
      return Database.open(controlDatabase(config, file))
          .withSubjectKey(derived("countersign/subjects/v1\n", config));
    } catch (RuntimeException e) {
      // The driver's message may quote the URL, and with it a password.
      throw file.mistake("database.url", "the control database does not answer");
    }
  }

  private Database openDatabase() throws ConfigException {
    Database opened = openDatabase(config, file);
    if (config.isDemo()) {
      opened.migrate();
    } else if (!opened.isMigrated()) {
      opened.close();
      throw file.mistake("database.url", "the schema is not current; run `./countersign migrate`");
    }
    return opened;
  }

  @Override
  public String getName() {
    return "countersign";
  }

  @Override
  public void initialize(Bootstrap<CountersignConfig> bootstrap) {
    ObjectMapper mapper = Json.MAPPER.copy();
    bootstrap.setObjectMapper(mapper);
  }

  @Override
  public void run(CountersignConfig configuration, Environment environment) {
    if (config.getServerFactory() instanceof AbstractServerFactory server) {
      // One mapper turns every error into a problem; waiting requests hold virtual threads only.
      server.setRegisterDefaultExceptionMappers(false);
      server.setEnableVirtualThreads(true);
    }
    environment.getApplicationContext().setErrorHandler(new ProblemErrors());
    manage(environment, database);
    config.unused().forEach(key -> LOG.warn("config.yml: {} is not used by this release", key));
    if (role.works() && anchors.isNone() && !config.isDemo()) {
      LOG.warn("config.yml: audit.anchors names no file: nothing would tell a restored backup");
    }
    Optional<TargetParts> targets =
        role.works()
            ? Optional.of(manage(environment, TargetParts.start(config, database.jdbi(), clock)))
            : Optional.empty();
    String queue = taskQueue();
    WorkflowClient connected = connect(environment, config.temporal() == null);
    client = connected;
    ActionEngine actionEngine =
        manage(environment, new ActionEngine(connected, queue, config.publicUrl()));

    ParserPool parsers = manage(environment, new ParserPool());
    StatementAnalyser analyser = new StatementAnalyser(parsers);
    ActionStore actions = new ActionStore(database.jdbi());
    VoteSeal seal = new VoteSeal(config.votes().key().getBytes(StandardCharsets.UTF_8));
    ResultVault results =
        new ResultVault(database.jdbi(), resultsKey(), config.results().keepFor());
    ArtifactVault artifacts =
        new ArtifactVault(database.jdbi(), resultsKey(), config.exports().keepFor());

    if (targets.isPresent()) {
      work(environment, targets.get(), connected, queue, analyser, results, artifacts, seal);
      manage(environment, new Reconciler(actions, database.jdbi(), actionEngine, clock).start());
    }
    if (role.serves()) {
      ChangeFeed feed = manage(environment, new ChangeFeed(databaseConfig).start());
      Votes votes = new CastVotes(database.jdbi(), actions, actionEngine, seal, clock);
      serve(environment, actions, feed, votes, results, artifacts, analyser, actionEngine);
    }
    Health.register(environment, database, connected, config);
    GrantMetrics grants = new GrantMetrics(database.jdbi(), clock);
    environment.healthChecks().register("grants", grants.health());
    environment
        .admin()
        .addServlet(
            "prometheus",
            new MetricsServlet(
                environment.metrics(),
                new ParserCollector(parsers::metrics),
                grants,
                new AnchorWatch(anchors),
                watchPolicy(environment)))
        .addMapping("/metrics");
  }

  private void work(
      Environment environment,
      TargetParts targets,
      WorkflowClient connected,
      String queue,
      StatementAnalyser analyser,
      ResultVault results,
      ArtifactVault artifacts,
      VoteSeal seal) {
    Integrator integrator =
        new Integrator(database.jdbi(), signingKey, keys, anchors, clock).start();
    manage(environment, integrator);
    Health.register(environment, integrator, clock);
    witnesses.forEach(witness -> manage(environment, witness));
    AuditLog log = new AuditLog(database.jdbi(), keys.verifierKeys());
    Cosignatures cosignatures = new Cosignatures(database.jdbi());
    AuditParts.anchorInSlack(environment, config, database.jdbi(), keys, anchors, clock)
        .ifPresent(channel -> manage(environment, channel));
    AuditParts.cosign(environment, new Cosigning(cosignatures, log, witnesses, anchors));
    new ExpiredResults(results, artifacts).start(environment);
    RetentionConfig.keep(config)
        .ifPresent(
            keep ->
                new PruningRun(new Retention(database.jdbi(), signingKey, keys, clock), keep)
                    .start(environment));
    WorkerParts parts =
        WorkerParts.start(
            connected,
            config.temporal() == null,
            queue,
            config,
            targets,
            database.jdbi(),
            policy,
            analyser,
            results,
            artifacts,
            seal,
            clock);
    manage(environment, parts);
    anchors.onDisagreement(parts::takeNoMoreWork);
    new AnchorWatch(anchors).start(environment);
  }

  private void serve(
      Environment environment,
      ActionStore actions,
      ChangeFeed feed,
      Votes votes,
      ResultVault results,
      ArtifactVault artifacts,
      StatementAnalyser analyser,
      ActionEngine actionEngine) {
    IdentityConfig identity = demoIssuer != null ? demoIssuer.config() : config.identity();
    if (identity == null) {
      throw new IllegalStateException("no identity configured");
    }
    new Identity(identity, database.jdbi(), config.publicUrl(), clock).register(environment);
    if (demoIssuer != null) {
      demoIssuer.register(environment);
      environment.jersey().register(new DemoResource(demoIssuer, config.publicUrl()));
    }
    environment
        .servlets()
        .addServlet("console", new ConsoleServlet())
        .addMapping(ConsoleServlet.MAPPINGS);
    slack(environment, votes);
    Map<String, Target> targets = new TreeMap<>();
    config.targets().forEach((name, section) -> targets.put(name, section.toTarget(name)));
    Map<String, Operation> operations = new TreeMap<>();
    config.operations().forEach((name, section) -> operations.put(name, section.toOperation(name)));
    Api.register(
        environment.jersey(),
        database.jdbi(),
        actions,
        feed,
        actionEngine,
        votes,
        new AuditLog(database.jdbi(), keys.verifierKeys()),
        new AuditExport(database.jdbi(), keys, exportedAnchors, clock),
        results,
        artifacts,
        targets,
        operations,
        policy,
        analyser,
        config.publicUrl(),
        new RowLimits(config.results().rows(), config.exports().rows()),
        clock);
  }

  private void slack(Environment environment, Votes votes) {
    SlackLinks links = new SlackLinks(database.jdbi(), URI.create(config.publicUrl()), clock);
    environment.jersey().register(new SlackLinkResource(links));
    config
        .slackDoor()
        .ifPresent(
            door -> {
              ExecutorService work = Executors.newVirtualThreadPerTaskExecutor();
              manage(environment, work);
              environment
                  .jersey()
                  .register(new SlackResource(door, database.jdbi(), links, votes, work, clock));
            });
  }

  private WorkflowClient connect(Environment environment, boolean inProcess) {
    TemporalConfig temporal = config.temporal();
    if (temporal == null) {
      if (!config.isDemo() || !inProcess) {
        throw new IllegalStateException("the in-process engine is for the demo only");
      }
      EmbeddedEngine embedded = new EmbeddedEngine();
      return manage(environment, embedded).client();
    }
    TemporalConnection connection = TemporalConnection.open(temporal);
    manage(environment, connection);
    return connection.client();
  }

  private String taskQueue() {
    TemporalConfig temporal = config.temporal();
    return temporal == null ? TemporalConfig.DEFAULT_TASK_QUEUE : temporal.taskQueueOrDefault();
  }

  private byte[] resultsKey() {
    return derived("countersign/results/v1\n", config);
  }

  private static byte[] derived(String label, CountersignConfig config) {
    String hex = Digest.sha256(label + config.results().key()).value();
    return HexFormat.of().parseHex(hex.substring("sha256:".length()));
  }

  /** What a policy judges by is evidence of the process that judges. */
  private PolicyWatch watchPolicy(Environment environment) {
    PolicyWatch watch = new PolicyWatch(policy, role.works() ? this::record : event -> {}, clock);
    manage(environment, watch);
    return watch.start(environment);
  }

  private void record(Event event) {
    database.jdbi().useHandle(handle -> Outbox.insert(handle, event));
  }

  CountersignConfig config() {
    return config;
  }

  ConfigException mistake(String key, String message) {
    return file.mistake(key, message);
  }

  private static <T extends AutoCloseable> T manage(Environment environment, T part) {
    environment.lifecycle().manage(new AutoCloseableManager(part));
    return part;
  }

  /** For the demo, which files actions and shows a duplicate run. */
  WorkflowClient client() {
    if (client == null) {
      throw new IllegalStateException("not running");
    }
    return client;
  }

  Database database() {
    return database;
  }

  SigningKey signingKey() {
    return signingKey;
  }
}
