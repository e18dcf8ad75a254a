package io.countersign.worker;

import ch.qos.logback.classic.Level;
import io.countersign.house.Repository;
import io.countersign.store.DatabaseConfig;
import io.countersign.store.integration.SigningKeyFile;
import io.countersign.worker.engine.CountersignProcess;
import io.countersign.worker.engine.DebianPostgres;
import io.countersign.worker.engine.OpenIdProvider;
import io.countersign.worker.engine.RealTemporal;
import io.countersign.workflow.TemporalConfig;
import io.countersign.workflow.TemporalConnection;
import io.dropwizard.logging.common.BootstrapLogging;
import io.temporal.client.WorkflowClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A production-like installation on one machine: Temporal, PostgreSQL and an OpenID provider, and
 * Countersign's server and worker as two processes in {@code mode: production}.
 */
final class RealStage implements AutoCloseable {
  private static final String ORIGIN = "countersign.test/audit";
  private static final String CONTROL_PASSWORD = "control-for-tests";
  private static final SampleShop.Passwords SHOP_PASSWORDS =
      new SampleShop.Passwords(
          "read-for-tests", "write-for-tests", "ddl-for-tests", "roles-for-tests");

  /** The names that people read; they belong on the console and nowhere else. */
  static final Map<String, String> DISPLAY_NAMES =
      Map.of(
          "alice", "Alissandra Zwetschkenbaum",
          "bob", "Bohumil Quittenfeld",
          "carol", "Carolina Mirabellenhof",
          "dave", "Davide Schlehenbusch");

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final List<CountersignProcess> processes = new ArrayList<>();
  private final Path config;
  private final String taskQueue = "countersign-" + UUID.randomUUID();
  private final RealTemporal temporal;
  private final DatabaseConfig control;
  private final DatabaseConfig shop;
  private final Map<String, String> tokens;
  private final String vkey;
  private final TemporalConnection connection;
  private String url = "";

  /**
   * Starts everything; skips the test and says why where something is not installed.
   *
   * @param folder must outlive this
   */
  RealStage(Path folder) throws Exception {
    BootstrapLogging.bootstrap(Level.WARN);
    DebianPostgres postgres = opened(DebianPostgres.startOrSkip());
    temporal = opened(RealTemporal.startOrSkip());
    OpenIdProvider provider = opened(OpenIdProvider.start());
    control = control(postgres);
    shop = new DatabaseConfig(postgres.jdbcUrl("shop"), postgres.user(), postgres.password());
    SampleShop.create(shop, SHOP_PASSWORDS);
    tokens = tokens(provider);
    vkey =
        SigningKeyFile.readOrCreate(ORIGIN, folder.resolve("audit.pem")).verifierKey().toString();
    Files.writeString(
        folder.resolve("policy.yml"),
        Files.readString(Repository.root().resolve("policy.yml")) + Story.RULE_THAT_EXPIRES_SOON);
    config = Files.writeString(folder.resolve("config.yml"), configuration(provider));
    connection =
        opened(
            TemporalConnection.open(
                new TemporalConfig(temporal.address(), "default", taskQueue, null)));
    CountersignProcess.run("migrate", config, serverEnvironment());
  }

  private <T extends AutoCloseable> T opened(T part) {
    open.push(part);
    return part;
  }

  /** The control database belongs to a role without any right outside of it. */
  private static DatabaseConfig control(DebianPostgres postgres) throws Exception {
    String url = postgres.jdbcUrl("control");
    try (var login = DriverManager.getConnection(url, postgres.user(), postgres.password());
        var statement = login.createStatement()) {
      statement.execute(
          "create role countersign_app login password '%s'".formatted(CONTROL_PASSWORD));
      statement.execute("alter database control owner to countersign_app");
    }
    return new DatabaseConfig(url, "countersign_app", CONTROL_PASSWORD);
  }

  private static Map<String, String> tokens(OpenIdProvider provider) {
    Map<String, String> tokens = new HashMap<>();
    tokens.put("agent-1", provider.agentFor("agent-1", "carol"));
    DISPLAY_NAMES.forEach(
        (person, name) ->
            tokens.put(person, provider.person(person, name, groupsOf(person).split(","))));
    return Map.copyOf(tokens);
  }

  private static String groupsOf(String person) {
    return switch (person) {
      case "alice" -> "dba,security";
      case "dave" -> "auditors";
      default -> "dba";
    };
  }

  private String configuration(OpenIdProvider provider) {
    return """
        server:
          applicationConnectors: [{type: http, port: 0, bindHost: 127.0.0.1}]
          adminConnectors: [{type: http, port: 0, bindHost: 127.0.0.1}]
        publicUrl: http://localhost:8080
        mode: production
        database: {url: "%s", user: countersign_app, password: "${CONTROL_PASSWORD}"}
        temporal: {address: "%s", namespace: default, taskQueue: "%s"}
        policy: policy.yml
        votes: {key: "${VOTES_KEY}"}
        identity:
          issuer: %s
          audience: countersign
          agents: {claim: client_id, allow: [agent-1]}
          roles: {auditor: [auditors], operator: [platform]}
          console: {clientId: countersign-console}
        targets:
          shop:
            url: "%s"
            environment: prod
            owners: ["group:dba"]
            credentials:
              read: {user: cs_read, password: "${SHOP_READ_PASSWORD}"}
              write: {user: cs_write, password: "${SHOP_WRITE_PASSWORD}"}
              roles: {user: cs_roles, password: "${SHOP_ROLES_PASSWORD}"}
            guarantee: auto
            searchPath: [public]
            tags:
              public.customers.email: [pii, email]
              public.customers.phone: [pii]
              public.payments: [pci]
        audit: {origin: %s, signingKey: audit.pem}
        results: {key: "${RESULTS_KEY}"}
        """
        .formatted(
            control.url(), temporal.address(), taskQueue, provider.url(), shop.url(), ORIGIN);
  }

  private static Map<String, String> serverEnvironment() {
    return Map.of(
        "CONTROL_PASSWORD", CONTROL_PASSWORD,
        "VOTES_KEY", "votes-key-for-tests-of-32-characters",
        "RESULTS_KEY", "results-key-for-tests-of-32-characters");
  }

  /** Starts a server; {@link #url} is where it answers. */
  void startServer() throws Exception {
    var server = opened(process("server", serverEnvironment()));
    url = server.ready().path("url").asText();
  }

  /** Starts a worker, the only process that knows how to reach the shop. */
  CountersignProcess startWorker() throws Exception {
    Map<String, String> environment = new HashMap<>(serverEnvironment());
    environment.put("SHOP_READ_PASSWORD", SHOP_PASSWORDS.read());
    environment.put("SHOP_WRITE_PASSWORD", SHOP_PASSWORDS.write());
    environment.put("SHOP_ROLES_PASSWORD", SHOP_PASSWORDS.roles());
    var worker = opened(process("worker", environment));
    worker.ready();
    return worker;
  }

  private CountersignProcess process(String command, Map<String, String> environment) {
    String name = command + "-" + processes.size();
    var process = CountersignProcess.start(name, command, config, environment);
    processes.add(process);
    return process;
  }

  Story.Stage stage() {
    return new Story.Stage(url, tokens, shop, client(), taskQueue, vkey);
  }

  StoryClient http() {
    return new StoryClient(url, tokens);
  }

  WorkflowClient client() {
    return connection.client();
  }

  String taskQueue() {
    return taskQueue;
  }

  String temporalUi() {
    return temporal.uiUrl();
  }

  /** A login to the control database, to look behind the API. */
  DatabaseConfig control() {
    return control;
  }

  /** Everything that every process printed. */
  String logs() throws IOException {
    StringBuilder all = new StringBuilder();
    for (CountersignProcess process : processes) {
      all.append(process.log());
    }
    return all.toString();
  }

  @Override
  public void close() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }
}
