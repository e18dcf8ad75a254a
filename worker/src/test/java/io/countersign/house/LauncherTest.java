package io.countersign.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher on a small tree, with a Maven and a Java that only say that they were called. */
class LauncherTest {
  private static final String MAVEN =
      """
      echo maven >> "$CALLS"
      if [ -f broken ]; then echo "[ERROR] cannot find symbol"; exit 1; fi
      mkdir -p worker/target/lib
      touch worker/target/countersign.jar
      """;
  private static final String JAVA = "echo \"java in $PWD: ${*: -2}\"";

  /** All that the launcher may expect: the tests' PATH has these, Maven and npm. */
  private static final List<String> SYSTEM_TOOLS =
      List.of(
          "bash cat cmp comm dirname find flock grep head mkdir mv readlink rm sed sort tail touch"
              .split(" "));

  @TempDir private Path folder;
  private Path root = Path.of("");
  private Path tools = Path.of("");
  private Path calls = Path.of("");

  private record Run(int status, String output) {}

  @BeforeEach
  void layTheTree() throws IOException {
    root = folder.resolve("a tree");
    tools = folder.resolve("tools");
    calls = folder.resolve("calls");
    for (String file : List.of("countersign", "dev/jdk.sh", "dev/build.sh")) {
      Path copy = root.resolve(file);
      Files.createDirectories(copy.getParent());
      Files.copy(Repository.root().resolve(file), copy);
    }
    for (String file : List.of("pom.xml", ".mvn/jvm.config", "core/pom.xml", "worker/pom.xml")) {
      write(root.resolve(file), "x");
    }
    write(root.resolve("core/src/main/java/A.java"), "x");
    write(root.resolve("core/src/main/java/B.java"), "x");
    program(root.resolve("countersign"));
    for (String tool : SYSTEM_TOOLS) {
      String programs = Files.exists(Path.of("/usr/bin", tool)) ? "/usr/bin/" : "/bin/";
      tool(tool, "exec " + programs + tool + " \"$@\"");
    }
    tool("mvn", MAVEN);
    tool("npm", "");
    jdk("jdk/bin", 25);
  }

  @Test
  void theFirstRunBuildsAndTheSecondDoesNot() throws Exception {
    Run first = launch("demo", "--story");
    assertThat(first.output()).contains("first time: a few minutes", ": demo --story");
    assertThat(first.status()).isZero();
    Run second = launch("demo", "--story");
    assertThat(second.output()).startsWith("java in ").contains(": demo --story");
    assertThat(Files.readString(calls)).isEqualTo("maven\n");
  }

  @Test
  void whateverTheBuildReadsMakesItBuildAgain() throws Exception {
    launch("demo", "now");
    write(root.resolve("core/src/main/java/A.java"), "changed");
    assertThat(launch("demo", "now").output()).startsWith("building Countersign...");
    Path copied = write(root.resolve("core/target/classes/copied"), "x");
    Files.delete(root.resolve("core/src/main/java/B.java"));
    assertThat(launch("demo", "now").output()).startsWith("building");
    assertThat(copied).as("what came of a deleted file").doesNotExist();
    Path old = write(root.resolve("core/src/main/resources/old.sql"), "x");
    Files.setLastModifiedTime(old, FileTime.from(Instant.EPOCH));
    assertThat(launch("demo", "now").output()).startsWith("building");
    write(root.resolve("worker/pom.xml"), "changed");
    assertThat(launch("demo", "now").output()).startsWith("building");
    Files.delete(root.resolve("worker/target/countersign.jar"));
    assertThat(launch("demo", "now").output()).startsWith("building");
    assertThat(launch("demo", "now").output()).startsWith("java");
    write(root.resolve("core/src/test/java/ATest.java"), "x");
    assertThat(launch("demo", "now").output()).as("tests are not in the jar").startsWith("java");
  }

  @Test
  void aBrokenBuildShowsItsErrorsAndRunsNothing() throws Exception {
    write(root.resolve("broken"), "");
    Run run = launch("demo", "now");
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.output()).contains("cannot find symbol", "build.log").doesNotContain("java in");
    Files.delete(root.resolve("broken"));
    assertThat(launch("demo", "now").output()).contains("java in");
  }

  @Test
  void worksFromAnyFolderAndThroughALink() throws Exception {
    Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
    Path link = Files.createSymbolicLink(elsewhere.resolve("cs"), root.resolve("countersign"));
    Run run = launch(link, elsewhere, "verify", "here.json");
    assertThat(run.status()).isZero();
    assertThat(run.output()).contains("java in " + elsewhere.toRealPath() + ": verify here.json");
  }

  @Test
  void usesKeptClassesUntilTheNextBuild() throws Exception {
    program(write(folder.resolve("jdk/bin/java"), bash("echo \"$@\"")));
    assertThat(launch("demo", "now").output()).doesNotContain("AOTCache");
    write(root.resolve("target/launcher/countersign.aot"), "");
    assertThat(launch("demo", "now").output()).contains("-XX:AOTCache=");
    write(root.resolve("core/src/main/java/A.java"), "changed");
    assertThat(launch("demo", "now").output()).doesNotContain("AOTCache");
  }

  @Test
  void saysInOneLineWhatIsMissing() throws Exception {
    Files.delete(tools.resolve("npm"));
    assertThat(missing()).startsWith("countersign: npm is missing");
    Files.delete(tools.resolve("mvn"));
    assertThat(missing()).startsWith("countersign: mvn is missing");
  }

  @Test
  void takesTheNewerJdkOfTwo() throws Exception {
    jdk("old/bin", 17);
    String path = folder.resolve("old/bin") + ":" + tools;
    Run run = launchWith(path, root.resolve("countersign"), root, "demo", "now");
    assertThat(run.output()).contains("java in").doesNotContain("old");
  }

  private String missing() throws Exception {
    Run run = launch("demo", "now");
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.output().lines()).hasSize(1);
    return run.output();
  }

  private Run launch(String... arguments) throws Exception {
    return launch(root.resolve("countersign"), root, arguments);
  }

  private Run launch(Path launcher, Path from, String... arguments) throws Exception {
    return launchWith(tools.toString(), launcher, from, arguments);
  }

  private Run launchWith(String path, Path launcher, Path from, String... arguments)
      throws Exception {
    var command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).directory(from.toFile()).redirectErrorStream(true);
    builder.environment().clear();
    builder
        .environment()
        .putAll(
            Map.of(
                "PATH", path,
                "CALLS", calls.toString(),
                "JAVA_HOME", folder.resolve("jdk").toString(),
                "HOME", folder.toString()));
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), output);
  }

  private void jdk(String bin, int version) throws IOException {
    program(write(folder.resolve(bin).resolve("javac"), bash("echo javac " + version + ".0.1")));
    program(write(folder.resolve(bin).resolve("java"), bash(JAVA)));
  }

  private void tool(String name, String script) throws IOException {
    program(write(tools.resolve(name), bash(script)));
  }

  private static String bash(String script) {
    return "#!/bin/bash\n" + script + "\n";
  }

  private static Path write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private static void program(Path file) {
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }
}
