package io.countersign.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.audit.SigningKey;
import io.countersign.house.Repository;
import io.countersign.store.DatabaseConfig;
import io.countersign.store.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A mistake stops the start with one line that names file and key, and shows no secret. */
class ConfigurationMistakesTest {
  private static final String SECRET = "pl4nted-s3cret-of-at-least-32-characters";
  private static final String CONFIG =
      """
      server:
        applicationConnectors: [{type: http, port: 0}]
        adminConnectors: [{type: http, port: 0}]
      publicUrl: http://localhost:8080
      mode: production
      database: {url: "jdbc:postgresql://127.0.0.1:1/none", user: app, password: "${DB_PASSWORD}"}
      temporal: {address: "127.0.0.1:1"}
      policy: policy.yml
      votes: {key: "${file:votes.key}"}
      identity:
        issuer: http://127.0.0.1:1
        audience: countersign
        console: {clientId: console, clientSecret: "${CONSOLE_SECRET}"}
      targets:
        shop:
          url: ${SHOP_URL}
          credentials:
            read: {user: cs_read, password: "${READ_PASSWORD}"}
            write: {user: cs_write, password: "${WRITE_PASSWORD}"}
      audit: {origin: test.example/audit, signingKey: audit.pem}
      results: {key: "${RESULTS_KEY}"}
      """;

  private final Map<String, String> environment =
      new HashMap<>(
          Map.of(
              "DB_PASSWORD", SECRET,
              "CONSOLE_SECRET", SECRET,
              "RESULTS_KEY", SECRET,
              "SHOP_URL", "jdbc:postgresql://127.0.0.1:1/shop",
              "READ_PASSWORD", SECRET,
              "WRITE_PASSWORD", SECRET));

  @TempDir private Path folder = Path.of("");

  @BeforeEach
  void makeFiles() throws Exception {
    Files.copy(Repository.root().resolve("policy.yml"), folder.resolve("policy.yml"));
    secret("audit.pem", SigningKey.generate("test.example/audit").pem());
    secret("votes.key", SECRET);
  }

  private void secret(String name, String text) throws IOException {
    Path file = Files.writeString(folder.resolve(name), text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  /** What is changed in the good file, and what the one line then says. */
  enum Mistake {
    TOP_LEVEL("mode: production", "mode: production\ncolour: red", "colour: unknown key"),
    NESTED("{address: ", "{colour: red, address: ", "temporal.colour: unknown key"),
    IN_SERVER("server:\n", "server:\n  colour: red\n", "server.colour: unknown key"),
    IN_IDENTITY("  audience:", "  colour: red\n  audience:", "identity.colour: unknown key"),
    IN_TARGET(
        "    credentials:",
        "    colour: red\n    credentials:",
        "targets.shop.colour: unknown key"),
    IN_LOGIN(
        "{user: cs_read,", "{colour: 1, user: cs_read,", "targets.shop.credentials.read.colour"),
    IN_SLACK("results:", "slack: {colour: red}\nresults:", "slack"),
    WRONG_TYPE("results: {", "results: {maxRows: many, ", "results.maxRows: "),
    WRONG_MODE("mode: production", "mode: prodcution", "mode: "),
    SHORT_SECRET("votes: {key: \"${file:votes.key}\"}", "votes: {key: s3cret}", "votes.key: "),
    MISSING_SECRET("${RESULTS_KEY}", "${NOT_SET}", "results.key: environment variable `NOT_SET`"),
    MISSING_FILE("${file:votes.key}", "${file:other.key}", "votes.key: `other.key` cannot be read"),
    NO_TEMPORAL("temporal: {address: \"127.0.0.1:1\"}\n", "", "temporal.address: missing"),
    NO_IDENTITY("identity:\n", "identity: null\nteams:\n", "identity.issuer: missing"),
    NO_URL_SCHEME("\"jdbc:postgresql:", "\"postgres:", "database.url: expected a jdbc:postgresql:"),
    NO_POLICY("policy: policy.yml", "policy: other.yml", "policy: "),
    POLICY_IS_A_FOLDER("policy: policy.yml", "policy: .", "policy: "),
    NO_SIGNING_KEY(
        "signingKey: audit.pem", "signingKey: other.pem", "audit.signingKey: cannot read"),
    NO_ANCHOR("signingKey: audit.pem", "signingKey: audit.pem, anchors: [{}]", "audit.anchors: "),
    BLANK_ANCHOR(
        "signingKey: audit.pem", "signingKey: audit.pem, anchors: [{file: ''}]", "audit.anchors: "),
    IN_ANCHOR(
        "signingKey: audit.pem",
        "signingKey: audit.pem, anchors: [{colour: red}]",
        "audit.anchors[0].colour: unknown key, expected one of file, slack"),
    NO_SYNTAX("votes: {", "votes: pl4nted-s3cret: {", "config.yml:"),
    NO_MAPPING(CONFIG, "- pl4nted-s3cret", "expected a mapping of sections"),
    EMPTY(CONFIG, "", "expected a mapping of sections"),
    TWO_TARGETS("targets:\n", "targets:\n  shop: {environment: x}\n", "shop");

    private final String from;
    private final String to;
    private final String line;

    Mistake(String from, String to, String line) {
      this.from = from;
      this.to = to;
      this.line = line;
    }
  }

  @ParameterizedTest
  @EnumSource
  void mistakeIsOneLineThatNamesFileAndKey(Mistake mistake) throws IOException {
    assertThat(CONFIG).contains(mistake.from);
    Path file = config(CONFIG.replace(mistake.from, mistake.to));
    assertOneLine(1, run("all", file.toString())).startsWith("config.yml:").contains(mistake.line);
  }

  @Test
  void missingDatabaseIsAMistake() throws IOException {
    Path file = config(CONFIG.replaceFirst("database: .*\n", ""));
    assertOneLine(1, run("all", file.toString())).startsWith("config.yml: database.url: missing");
  }

  @Test
  void policyWithAnErrorIsNamedWithItsPlace() throws IOException {
    Files.writeString(
        folder.resolve("policy.yml"),
        "version: 1\ngroups: {}\nrules:\n  - {name: a, when: 1 +, then: allow}\n");
    assertOneLine(1, run("all", config(CONFIG).toString()))
        .startsWith("config.yml: policy: ")
        .contains("policy.yml:4:");
  }

  @ParameterizedTest
  @CsvSource({
    "votes.key,votes.key,rw-r--r--",
    "votes.key,votes.key,rw-r-----",
    "audit.pem,audit.signingKey,rw----r--",
    "audit.pem,audit.signingKey,rw--w----"
  })
  void secretFileThatIsOpenToOthersIsAMistake(String name, String key, String mode)
      throws IOException {
    Path file = folder.resolve(name);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    assertOneLine(1, run("all", config(CONFIG).toString()))
        .startsWith("config.yml: " + key + ": ")
        .contains(name, "chmod 600");
  }

  @Test
  void everyCommandNamesTheFileAsItIsCalled() throws IOException {
    Path file = config(CONFIG + "colour: red\n");
    Path other = Files.move(file, folder.resolve("other.yml"));
    for (String command : List.of("server", "worker", "all", "migrate")) {
      assertOneLine(1, run(command, other.toString())).startsWith("other.yml: colour: unknown key");
    }
    assertOneLine(1, run("audit", "verify", other.toString())).startsWith("other.yml: colour: ");
  }

  @ParameterizedTest
  @CsvSource({
    "nonsense,unknown command `nonsense`",
    "server,expected one file",
    "worker,expected one file",
    "migrate,expected one file",
    "all a.yml b.yml,expected one file",
    "all a.yml --colour,unknown option `--colour`",
    "all a.yml --ready-file,`--ready-file` needs a value",
    "demo --port,`--port` needs a value",
    "demo --port 99999,between 0 and 65535",
    "demo --port x,between 0 and 65535",
    "audit,expected `audit verify CONFIG`",
    "policy,expected `policy check POLICY`"
  })
  void commandLineThatCannotBeDoneIsOneLine(String line, String expected) {
    assertOneLine(2, run(line.split(" "))).startsWith("countersign: ").contains(expected);
  }

  @Test
  void absentConfigurationIsOneLine() {
    assertOneLine(1, run("all", folder.resolve("config.yml").toString()))
        .isEqualTo("config.yml: the file cannot be read");
  }

  @Test
  void serverNeedsNoCredentialsOfTargetsAndWorkerDoes() throws Exception {
    List.of("READ_PASSWORD", "WRITE_PASSWORD", "SHOP_URL").forEach(environment::remove);
    ConfigFile file = new ConfigFile(config(CONFIG), environment);
    CountersignConfig server = file.read(Role.SERVER);
    assertThat(server.targets()).containsOnlyKeys("shop");
    for (CountersignConfig.TargetSection shop : server.targets().values()) {
      assertThat(shop.credentials()).isNull();
      assertThat(shop.url()).isNull();
    }
    assertThatThrownBy(() -> file.read(Role.WORKER))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("targets.shop.url: environment variable `SHOP_URL` is not set");
    environment.put("SHOP_URL", "jdbc:postgresql://127.0.0.1:1/shop");
    ConfigFile withUrl = new ConfigFile(config(CONFIG), environment);
    assertThatThrownBy(() -> withUrl.read(Role.WORKER))
        .hasMessageContaining("targets.shop.credentials.read.password: environment variable");
  }

  @Test
  void databaseThatDoesNotAnswerIsOneLineOfTheProcess() throws Exception {
    Path file = config(CONFIG);
    for (List<String> command : List.of(List.of("server"), List.of("audit", "verify"))) {
      assertProcess(1, command, file)
          .isEqualTo("config.yml: database.url: the control database does not answer\n");
    }
  }

  @Test
  void databaseWithoutSchemaIsOneLineOfTheProcess() throws Exception {
    DatabaseConfig empty = TestDatabase.emptyDatabase("not_migrated");
    assertProcess(1, List.of("worker"), config(with(empty)))
        .startsWith("config.yml: database.url: the schema is not current; run");
  }

  @Test
  void takenPortIsOneLineOfTheProcess() throws Exception {
    try (TestDatabase database = TestDatabase.create();
        ServerSocket taken = new ServerSocket(0)) {
      String port = String.valueOf(taken.getLocalPort());
      String text = with(database.config()).replaceFirst("port: 0", "port: " + port);
      assertProcess(1, List.of("server"), config(text))
          .startsWith("config.yml: server: cannot listen on ")
          .contains(port);
      assertOneLine(2, run("demo", "--port", port)).contains("port " + port + " is taken");
    }
  }

  private static String with(DatabaseConfig database) {
    return CONFIG
        .replace("jdbc:postgresql://127.0.0.1:1/none", database.url())
        .replace("user: app", "user: " + database.user())
        .replace("\"${DB_PASSWORD}\"", String.valueOf(database.password()));
  }

  private Path config(String text) throws IOException {
    return Files.writeString(folder.resolve("config.yml"), text);
  }

  private record Ended(int exit, String err) {}

  private Ended run(String... arguments) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exit =
        Countersign.run(
            List.of(arguments), environment, new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Ended(exit, err.toString(StandardCharsets.UTF_8));
  }

  private org.assertj.core.api.AbstractStringAssert<?> assertOneLine(int exit, Ended ended) {
    assertThat(ended.exit()).as(ended.err()).isEqualTo(exit);
    assertThat(ended.err().lines()).as(ended.err()).hasSize(1);
    assertThat(ended.err()).endsWith("\n").doesNotContain("s3cret", "Exception:", "\tat ");
    return assertThat(ended.err().strip());
  }

  /** Standard output has no errors either, as a library's log beside the line would be. */
  private org.assertj.core.api.AbstractStringAssert<?> assertProcess(
      int exit, List<String> command, Path file) throws Exception {
    var arguments = new java.util.ArrayList<>(command);
    arguments.add(file.toString());
    try (ChildProcess child =
        ChildProcess.start(folder, environment, arguments.toArray(String[]::new))) {
      assertThat(child.exit()).as(child.toString()).isEqualTo(exit);
      assertThat(child.out()).doesNotContain("s3cret", "WARN", "ERROR", "Exception:", "\tat ");
      assertThat(child.err().lines()).as(child.err()).hasSize(1);
      assertThat(child.err()).doesNotContain("s3cret", "Exception:", "\tat ");
      return assertThat(child.err());
    }
  }
}
