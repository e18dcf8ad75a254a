package io.countersign.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.house.Repository;
import io.countersign.store.TestDatabase;
import io.countersign.store.integration.SigningKeyFile;
import io.countersign.store.person.PersonDao;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an administrator types to forget, to hold and to prune. */
class CustodyCommandTest {
  private static final String ORIGIN = "countersign.test/custody";
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
        retention: {keep: %s}
      results: {key: "a-key-for-tests-of-32-characters-or-more"}
      """;

  private final TestDatabase control = TestDatabase.create();
  @TempDir private Path folder = Path.of("");

  @BeforeEach
  void makeFiles() throws Exception {
    Files.copy(Repository.root().resolve("policy.yml"), folder.resolve("policy.yml"));
    var unusedKey = SigningKeyFile.readOrCreate(ORIGIN, folder.resolve("key.pem"));
    configure("P7Y");
  }

  @AfterEach
  void close() {
    control.close();
  }

  private void configure(String keep) throws Exception {
    var database = control.config();
    Files.writeString(
        folder.resolve("config.yml"),
        CONFIG.formatted(
            database.url(), database.user(), database.password(), ORIGIN, "key.pem", keep));
  }

  private String run(String command, String... more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.add(folder.resolve("config.yml").toString());
    arguments.addAll(List.of(more));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int code = AuditCommand.run(arguments, Map.of(), new PrintStream(out, true, UTF_8));
    return code + " " + out.toString(UTF_8).strip();
  }

  @Test
  void personIsForgottenOnlyWhenConfirmedAndNotHeld() throws Exception {
    PersonDao people = control.database().jdbi().onDemand(PersonDao.class);
    people.saw("kim", "Kim", List.of(), Instant.now());
    assertThat(run("shred", "kim")).startsWith("0 would be lost: ").contains("--confirm");
    assertThat(people.find("kim")).isPresent();
    assertThat(run("hold", "--person", "kim", "--reason", "case 12")).isEqualTo("0 held");
    assertThat(run("holds")).contains("person kim: case 12");
    assertThat(run("shred", "kim", "--confirm"))
        .isEqualTo("1 not possible now: a legal hold concerns this person: person");
    assertThat(people.find("kim")).isPresent();
    assertThat(run("release", "--person", "kim")).isEqualTo("0 released");
    assertThat(run("holds")).isEqualTo("0 nothing is held");
    assertThat(run("shred", "kim", "--confirm")).startsWith("0 forgotten");
    assertThat(people.find("kim")).isEmpty();
    List<String> types =
        control
            .database()
            .jdbi()
            .withHandle(
                handle ->
                    handle
                        .createQuery("select type from audit_outbox order by id")
                        .mapTo(String.class)
                        .list());
    assertThat(types).containsExactly("audit.held", "audit.released", "audit.shredded");
  }

  @Test
  void pruningNeedsAPeriodAndConfirmation() throws Exception {
    assertThat(run("prune")).startsWith("0 entries below 0 could lose their bodies; nothing");
    assertThat(run("prune", "--confirm")).isEqualTo("0 0 bodies removed");
    configure("P0D");
    assertThatThrownBy(() -> run("prune"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("audit.retention.keep: expected P7Y or so");
    configure("seven years");
    assertThatThrownBy(() -> run("prune"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("audit.retention.keep");
  }

  @Test
  void mistakesAreOneLine() {
    for (List<String> wrong :
        List.of(
            List.of("shred"),
            List.of("hold", "--reason", "x"),
            List.of("hold", "--all"),
            List.of("hold", "--all", "--person", "kim", "--reason", "x"),
            List.of("hold", "--action", "kim", "--reason", "x"),
            List.of("release", "--person", " "))) {
      String[] more = wrong.subList(1, wrong.size()).toArray(String[]::new);
      assertThatThrownBy(() -> run(wrong.getFirst(), more)).isInstanceOf(UsageException.class);
    }
  }
}
