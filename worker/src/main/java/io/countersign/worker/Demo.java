package io.countersign.worker;

import ch.qos.logback.classic.LoggerContext;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.api.identity.DemoIssuer;
import io.countersign.store.DatabaseConfig;
import io.countersign.store.integration.SigningKeyFile;
import io.countersign.store.person.PersonDao;
import io.countersign.workflow.TemporalConfig;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/** The embedded default: database, engine, API, console and worker in one process, with data. */
final class Demo implements AutoCloseable {
  private static final String ORIGIN = "countersign.demo/audit";

  /** Sample data on this machine only; the server listens on the loopback interface. */
  private static final SampleShop.Passwords SHOP_PASSWORDS =
      new SampleShop.Passwords("read-demo", "write-demo", "ddl-demo", "roles-demo");

  private final EmbeddedDatabase postgres;
  private final RunningServer running;
  private final CountersignApplication application;
  private final DemoIssuer issuer;
  private final DatabaseConfig shop;
  private final Path anchor;

  private Demo(
      EmbeddedDatabase postgres,
      RunningServer running,
      CountersignApplication application,
      DemoIssuer issuer,
      DatabaseConfig shop,
      Path anchor) {
    this.postgres = postgres;
    this.running = running;
    this.application = application;
    this.issuer = issuer;
    this.shop = shop;
    this.anchor = anchor;
  }

  /**
   * @param port 0 picks a free one
   * @param data keeps everything between runs; a fresh temporary folder where absent
   * @param story with the story's policy, which lets one action expire soon
   */
  static Demo start(int port, Optional<Path> data, Optional<Path> readyFile, boolean story)
      throws Exception {
    return start(port, data, readyFile, story, configuration -> {});
  }

  /** The same with a configuration that a test adds to. */
  static Demo start(
      int port,
      Optional<Path> data,
      Optional<Path> readyFile,
      boolean story,
      Consumer<ObjectNode> adding)
      throws Exception {
    Path folder = folder(data);
    int http = port == 0 ? freePort() : untaken(port);
    String url = "http://localhost:" + http;
    EmbeddedDatabase postgres = EmbeddedDatabase.start(folder.resolve("postgres"));
    DatabaseConfig control = postgres.database("control");
    DatabaseConfig shop = postgres.database("shop");
    SampleShop.create(shop, SHOP_PASSWORDS);
    DemoIssuer issuer = new DemoIssuer(url, folder.resolve("issuer.json"), Clock.systemUTC());
    SigningKeyFile.readOrCreate(ORIGIN, folder.resolve("audit.pem"));
    Path anchor = anchor(folder);
    ObjectNode tree =
        tree(folder, anchor, url, http, port == 0 ? 0 : port + 1, control, shop, story);
    adding.accept(tree);
    ConfigFile file = new ConfigFile(folder.resolve("config.yml"), Map.of());
    CountersignConfig config = file.bind(tree, Role.ALL);
    CountersignApplication application = new CountersignApplication(Role.ALL, config, file, issuer);
    seedPeople(application);
    RunningServer running = RunningServer.start(application);
    Demo demo = new Demo(postgres, running, application, issuer, shop, anchor);
    if (!story) {
      SampleActions.file(url, issuer.token(DemoIssuer.AGENT));
    }
    Runtime.getRuntime().addShutdownHook(new Thread(Demo::quiet));
    if (readyFile.isPresent()) {
      ReadyFile.write(readyFile.get(), demo.ready());
    }
    return demo;
  }

  private static Path folder(Optional<Path> data) throws IOException {
    if (data.isEmpty()) {
      Path folder = Files.createTempDirectory("countersign-demo");
      // PostgreSQL runs as another user when this process is root.
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
      return folder;
    }
    return Files.createDirectories(data.get().toAbsolutePath());
  }

  /** The admin port is the next one, where a port was asked for. */
  private static int untaken(int port) throws UsageException {
    for (int each : List.of(port, port + 1)) {
      try (ServerSocket socket = new ServerSocket(each)) {
        socket.setReuseAddress(true);
      } catch (IOException | IllegalArgumentException e) {
        throw new UsageException("port %d is taken; choose another with `--port`".formatted(each));
      }
    }
    return port;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static ObjectNode tree(
      Path folder,
      Path anchor,
      String url,
      int port,
      int adminPort,
      DatabaseConfig control,
      DatabaseConfig shop,
      boolean story)
      throws IOException {
    ObjectNode root = new ObjectMapper().createObjectNode();
    ObjectNode server = root.putObject("server");
    server.putArray("applicationConnectors").addObject().put("type", "http").put("port", port);
    server.putArray("adminConnectors").addObject().put("type", "http").put("port", adminPort);
    server.putObject("requestLog").putArray("appenders");
    ObjectNode logging = root.putObject("logging").put("level", "WARN");
    logging.putArray("appenders").addObject().put("type", "console").put("target", "stderr");
    root.put("publicUrl", url).put("mode", "demo");
    root.putObject("database")
        .put("url", control.url())
        .put("user", control.user())
        .put("password", control.password());
    root.put("policy", policy(folder, story).toString());
    root.putObject("votes").put("key", secret(folder.resolve("votes.key")));
    root.putObject("results").put("key", secret(folder.resolve("results.key")));
    root.putObject("audit")
        .put("origin", ORIGIN)
        .put("signingKey", folder.resolve("audit.pem").toString())
        .putArray("anchors")
        .addObject()
        .put("file", anchor.toString());
    target(root.putObject("targets").putObject("shop"), shop);
    return root;
  }

  /** The shop with its least-privileged roles. */
  private static void target(ObjectNode target, DatabaseConfig shop) {
    target.put("url", shop.url()).put("environment", "prod").put("guarantee", "ledger");
    target.putArray("owners").add("group:dba");
    ObjectNode credentials = target.putObject("credentials");
    login(credentials.putObject("read"), "cs_read", SHOP_PASSWORDS.read());
    login(credentials.putObject("write"), "cs_write", SHOP_PASSWORDS.write());
    login(credentials.putObject("ddl"), "cs_ddl", SHOP_PASSWORDS.ddl());
    login(credentials.putObject("roles"), "cs_roles", SHOP_PASSWORDS.roles());
    target.putArray("searchPath").add("public");
    target.set("tags", new ObjectMapper().valueToTree(SampleShop.TAGS));
  }

  private static void login(ObjectNode login, String user, String password) {
    login.put("user", user).put("password", password);
  }

  /** The demo's policy: the one at the root of the repository, which a newcomer can edit. */
  private static Path policy(Path folder, boolean story) throws IOException {
    Path own = Path.of(System.getProperty("countersign.home", ".")).resolve("policy.yml");
    if (!story) {
      return own.toAbsolutePath();
    }
    Path extended = folder.resolve("policy.yml");
    Files.writeString(extended, Files.readString(own) + Story.RULE_THAT_EXPIRES_SOON);
    return extended;
  }

  /** A folder of an earlier release has a log and no anchor: it begins with the log as it is. */
  private static Path anchor(Path folder) throws IOException {
    Path file = folder.resolve("anchor").resolve("checkpoints");
    if (!Files.exists(file)) {
      Files.createDirectories(file.getParent());
      Files.createFile(file);
    }
    return file;
  }

  private static String secret(Path file) throws IOException {
    if (!Files.exists(file)) {
      byte[] random = new byte[32];
      new SecureRandom().nextBytes(random);
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(file, HexFormat.of().formatHex(random));
    }
    return Files.readString(file);
  }

  /** Chat decides by what the identity provider last said; here that is the demo's issuer. */
  private static void seedPeople(CountersignApplication application) {
    application
        .database()
        .jdbi()
        .useExtension(
            PersonDao.class,
            people -> {
              for (DemoIssuer.Person person : DemoIssuer.PEOPLE) {
                people.saw(
                    person.id(),
                    person.displayName(),
                    person.groups(),
                    Clock.systemUTC().instant());
              }
              people.own(DemoIssuer.AGENT, "carol");
            });
  }

  /** Database and server stop at once on Ctrl-C; that they miss each other is no news. */
  private static void quiet() {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.stop();
    }
  }

  /** Stops in order: what uses the database first. */
  @Override
  public void close() throws Exception {
    running.server().stop();
    postgres.close();
  }

  /** What a ready file holds, for tests in this process too. */
  Map<String, Object> ready() {
    Map<String, Object> ready = new HashMap<>();
    ready.put("url", running.url());
    ready.put("admin_url", running.adminUrl());
    ready.put("tokens", tokens());
    ready.put(
        "targets",
        Map.of(
            "shop",
            Map.of(
                "jdbc_url", shop.url(),
                "user", shop.user(),
                "password", String.valueOf(shop.password()))));
    ready.put("pid", ProcessHandle.current().pid());
    return ready;
  }

  /** For tests that look behind the API. */
  CountersignApplication application() {
    return application;
  }

  private Map<String, String> tokens() {
    Map<String, String> tokens = new HashMap<>();
    tokens.put(DemoIssuer.AGENT, issuer.token(DemoIssuer.AGENT));
    DemoIssuer.PEOPLE.forEach(person -> tokens.put(person.id(), issuer.token(person.id())));
    return tokens;
  }

  /** The page that greets a newcomer, as text. */
  void greet(PrintStream out) {
    String url = running.url().replace("127.0.0.1", "localhost");
    out.println("Countersign is running: " + url + "/start");
    out.println();
    out.println("Three actions of agent-1 wait for people. Sign in as one of them:");
    for (DemoIssuer.Person person : DemoIssuer.PEOPLE) {
      out.printf(
          "  %-6s %-16s %s/auth/sign-in?as=%s&return=/%n",
          person.id(), String.join(", ", person.groups()), url, person.id());
    }
    out.println();
    out.println(
        "carol is the human behind agent-1: her approval is refused, whatever group she is in.");
    out.println();
    out.println("Be the agent:");
    out.println("  TOKEN=" + issuer.token(DemoIssuer.AGENT));
    out.println(
        """
          curl -s %s/v1/actions -H "authorization: Bearer $TOKEN" -H 'prefer: wait=10' \\
            -H 'content-type: application/json' -d '{"kind":"execute_sql","target":"shop",
              "reason":"a look","arguments":{"sql":"select id, email from customers limit 3"}}'
        """
            .formatted(url));
    out.println("Checkpoints of the evidence log are kept in " + anchor);
    out.println("(`audit.anchors`); a real one belongs on another volume than the database.");
    out.println("The in-process engine is for development; Ctrl-C stops everything.");
  }

  /** The main job, played against this process. */
  Story story(PrintStream out) {
    return new Story(
        new Story.Stage(
            running.url(),
            tokens(),
            shop,
            application.client(),
            TemporalConfig.DEFAULT_TASK_QUEUE,
            application.signingKey().verifierKey().toString()),
        out);
  }
}
