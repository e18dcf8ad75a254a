package io.countersign.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the documents name is there: links, files, commands. */
class DocumentsTest {
  private static final Pattern TEST_METHOD = Pattern.compile("`(\\w+Test)\\.(?!java`)([a-z]\\w+)`");

  @Test
  void theDocumentsAreThere() {
    assertThat(Repository.files(name -> name.endsWith(".md")).stream().map(Path::toString))
        .contains("README.md", "ARCHITECTURE.md", "STYLE.md", "CONTRIBUTING.md")
        .contains("CHANGELOG.md", "SECURITY.md", "docs/api.md", "docs/operating.md");
    assertThat(Repository.read(Path.of("LICENSE"))).contains("Apache License", "Version 2.0");
    assertThat(Repository.read(Path.of("CHANGELOG.md"))).contains("# Unreleased");
  }

  @Test
  void everyLinkFileAndCommandExists() {
    Set<String> names =
        Repository.files(name -> true).stream()
            .map(file -> file.getFileName().toString())
            .collect(Collectors.toSet());
    assertThat(Repository.files(name -> name.endsWith(".md")))
        .flatExtracting(
            file -> new Document(Repository.root(), file, Repository.read(file), names).missing())
        .isEmpty();
  }

  @Test
  void everyTestThatADocumentNamesExists() {
    Map<String, String> tests =
        Repository.files(name -> name.endsWith("Test.java")).stream()
            .collect(
                Collectors.toMap(
                    file -> file.getFileName().toString().replace(".java", ""),
                    Repository::read,
                    String::concat));
    List<String> named =
        Repository.files(name -> name.endsWith(".md")).stream()
            .flatMap(file -> TEST_METHOD.matcher(Repository.read(file)).results())
            .filter(
                test ->
                    !tests.getOrDefault(test.group(1), "").contains(" void " + test.group(2) + "("))
            .map(MatchResult::group)
            .toList();
    assertThat(named).as("tests that do not exist").isEmpty();
    assertThat(TEST_METHOD.matcher(Repository.read(Path.of("docs/attacks.md"))).results().count())
        .isGreaterThan(40);
  }

  @Test
  void whatIsMissingIsSeen(@TempDir Path root) throws IOException {
    Files.createDirectories(root.resolve("docs"));
    Files.writeString(root.resolve("docs/there.md"), "# One heading, here\n");
    Files.createFile(root.resolve("run.sh"));
    assertThat(missing(root, "[a](docs/there.md) [b](https://example.com/x) `docs/there.md`"))
        .isEmpty();
    assertThat(missing(root, "[a](docs/gone.md)")).hasSize(1);
    assertThat(missing(root, "[a](docs/there.md#one-heading-here)")).isEmpty();
    assertThat(missing(root, "[a](docs/there.md#another)")).hasSize(1);
    assertThat(missing(root, "# Own heading\n[a](#own-heading)")).isEmpty();
    assertThat(missing(root, "# Own heading\n[a](#no-heading)")).hasSize(1);
    assertThat(missing(root, "see `docs/gone.md`")).hasSize(1);
    assertThat(missing(root, "see `Gone.java` and `core/gone`")).hasSize(2);
    assertThat(missing(root, "a bare `there.md`, `/v1/actions` and `a/*.md`")).isEmpty();
    assertThat(missing(root, "```sh\n./run.sh demo\n```\n")).as("not executable").hasSize(1);
    assertThat(root.resolve("run.sh").toFile().setExecutable(true)).isTrue();
    assertThat(missing(root, "```sh\n./run.sh demo\n```\n")).isEmpty();
    assertThat(missing(root, "```sh\n./gone demo\n```\n")).hasSize(1);
  }

  private static List<String> missing(Path root, String text) {
    return new Document(root, Path.of("README.md"), text, Set.of("there.md", "run.sh")).missing();
  }
}
