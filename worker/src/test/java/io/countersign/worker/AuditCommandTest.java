package io.countersign.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.audit.SigningKey;
import io.countersign.house.Repository;
import io.countersign.store.TestDatabase;
import io.countersign.store.anchor.Anchors;
import io.countersign.store.integration.Integrator;
import io.countersign.store.integration.SigningKeyFile;
import io.countersign.store.verification.Tamper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator types to check the log and to change its key. */
class AuditCommandTest {
  private static final String ORIGIN = "countersign.test/commands";
  private static final String CONFIG =
      """
      publicUrl: http://localhost:8080
      mode: demo
      database: {url: "%s", user: "%s", password: "%s"}
      policy: policy.yml
      votes: {key: "a-key-for-tests-of-32-characters-or-more"}
      targets: {shop: {}}
      audit:
        origin: %s
        signingKey: %s
        retiredKeys: [%s]
        anchors: [{file: anchor/checkpoints}]
      results: {key: "a-key-for-tests-of-32-characters-or-more"}
      """;

  private final TestDatabase control = TestDatabase.create();
  @TempDir private Path folder = Path.of("");

  @BeforeEach
  void makeFiles() throws Exception {
    Files.copy(Repository.root().resolve("policy.yml"), folder.resolve("policy.yml"));
    SigningKey key = SigningKeyFile.readOrCreate(ORIGIN, folder.resolve("old.pem"));
    var unusedNext = SigningKeyFile.readOrCreate(ORIGIN, folder.resolve("next.pem"));
    Anchors anchors =
        Anchors.open(
            List.of(folder.resolve("anchor/checkpoints")),
            control.database().jdbi(),
            List.of(key.verifierKey()));
    try (Integrator integrator =
        new Integrator(control.database().jdbi(), key, anchors, Clock.systemUTC())) {
      assertThat(integrator.integrate()).isEqualTo(1);
    }
    configure("old.pem", "");
  }

  @AfterEach
  void close() {
    control.close();
  }

  private void configure(String key, String retired) throws Exception {
    var database = control.config();
    Files.writeString(
        folder.resolve("config.yml"),
        CONFIG.formatted(
            database.url(), database.user(), database.password(), ORIGIN, key, retired));
  }

  private String run(String command, String... more) throws Exception {
    List<String> arguments = new java.util.ArrayList<>(List.of(command));
    arguments.add(folder.resolve("config.yml").toString());
    arguments.addAll(List.of(more));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int code = AuditCommand.run(arguments, Map.of(), new PrintStream(out, true, UTF_8));
    return code + " " + out.toString(UTF_8).strip();
  }

  @Test
  void logIsHandedOverAndGoodUnderBothConfigurations() throws Exception {
    assertThat(run("verify")).isEqualTo("0 VALID: 1 entries, 1 checkpoints, 0 waiting, 1 anchored");
    String said = run("rotate", "--new-key", folder.resolve("next.pem").toString());
    assertThat(said).startsWith("0 the log is handed over at size 2;");
    assertThat(run("verify")).isEqualTo("0 VALID: 2 entries, 2 checkpoints, 0 waiting, 2 anchored");
    String line =
        said.lines().filter(each -> each.contains(" until 2\"")).findFirst().orElseThrow();
    configure("next.pem", line.replace("- ", "").strip());
    assertThat(run("verify")).isEqualTo("0 VALID: 2 entries, 2 checkpoints, 0 waiting, 2 anchored");
    configure("next.pem", "");
    assertThat(run("verify")).contains("no known key signed this");
  }

  @Test
  void logIsExportedIntoANewFileForItsOwnerAlone() throws Exception {
    Path zip = folder.resolve("audit.zip");
    assertThat(run("export", zip.toString()))
        .startsWith("0 " + zip + ": entries from 0 and before 1 of 1")
        .contains("exceptions to explain, in `controls.html`: 0");
    try (ZipFile files = new ZipFile(zip.toFile())) {
      assertThat(files.stream().map(ZipEntry::getName))
          .contains(
              "anchors/1.txt", "checkpoint", "Verify.java", "controls.html", "tile/0/000.p/1");
      assertThat(
              new String(
                  files.getInputStream(files.getEntry("anchors/1.txt")).readAllBytes(), UTF_8))
          .isEqualTo(Files.readString(folder.resolve("anchor/checkpoints")));
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(zip)))
        .isEqualTo("rw-------");
    assertThat(folder.resolve("audit.zip.part")).doesNotExist();

    assertThatThrownBy(() -> run("export", zip.toString()))
        .isInstanceOf(UsageException.class)
        .hasMessage("`" + zip + "` is there already; expected a new file");
    Path named = folder.resolve("named.zip");
    assertThat(run("export", named.toString(), "--subjects"))
        .startsWith("0 " + named + ": entries from 0 and before 1 of 1")
        .endsWith("`subjects.ndjson` says who 0 people are, for ever");
    try (ZipFile files = new ZipFile(named.toFile())) {
      assertThat(files.getEntry("subjects.ndjson")).isNotNull();
    }
    assertThatThrownBy(() -> run("export"))
        .hasMessage("expected `audit export CONFIG FILE [--from DAY] [--to DAY] [--subjects]`");
    Path other = folder.resolve("other.zip");
    assertThatThrownBy(() -> run("export", other.toString(), "--from", "soon"))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("`--from` must be a day as `2026-01-31`");
    assertThatThrownBy(
            () -> run("export", other.toString(), "--from", "2026-02-01", "--to", "2026-01-01"))
        .hasMessage("`--from` must be before `--to`");
    assertThat(other).doesNotExist();
  }

  @Test
  void damagedLogIsNotExported() throws Exception {
    new Tamper(control.database().jdbi())
        .run("update audit_entry set body = replace(body, 'countersign', 'someone')");
    Path zip = folder.resolve("audit.zip");

    assertThat(run("export", zip.toString()))
        .isEqualTo(
            "1 nothing is exported: entry 0 is not the one that was logged here;"
                + " run `audit verify`");
    assertThat(zip).doesNotExist();
    assertThat(folder.resolve("audit.zip.part")).doesNotExist();
  }

  @Test
  void checkpointsCopiedIntoAFileAreCompared() throws Exception {
    Path pasted = folder.resolve("pasted");
    Files.writeString(pasted, Files.readString(folder.resolve("anchor/checkpoints")));
    assertThat(run("verify", "--anchor-file", pasted.toString()))
        .isEqualTo("0 VALID: 1 entries, 1 checkpoints, 0 waiting, 2 anchored");
  }

  @Test
  void mistakesAreOneLine() throws Exception {
    assertThatThrownBy(() -> run("rotate")).isInstanceOf(UsageException.class);
    assertThatThrownBy(() -> run("burn")).isInstanceOf(UsageException.class);
    assertRotation(folder.resolve("none.pem"), "config.yml: --new-key: cannot read `");
    assertRotation(
        folder.resolve("old.pem"),
        "config.yml: audit.signingKey: this key signs or signed the log; expected a new one");
    configure("old.pem", "\"nonsense\"");
    assertRotation(
        folder.resolve("next.pem"),
        "config.yml: audit.retiredKeys: a key is written `name+id+base64`");
  }

  private void assertRotation(Path key, String message) {
    assertThatThrownBy(() -> run("rotate", "--new-key", key.toString()))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(message);
  }
}
