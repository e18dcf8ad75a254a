package io.countersign.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** PostgreSQL's own regression tests, which {@code dev/regress-suite} brings, as input. */
class RegressionSuiteTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> READING =
      Set.of("SelectStmt", "VariableShowStmt", "ExplainStmt");

  private record Answer(String place, String sql, Analysis analysis) {
    boolean isParsed() {
      return analysis.uninspectable().stream()
          .noneMatch(why -> why.startsWith("PostgreSQL's grammar refuses it"));
    }

    boolean failed() {
      return Stream.of(ParserFailure.values())
          .anyMatch(failure -> analysis.uninspectable().contains(failure.reason()));
    }
  }

  @Test
  void parserSurvivesPostgresOwnTestsAndReadsOnlyWhatReads() throws Exception {
    List<Path> files = files();
    assumeTrue(!files.isEmpty(), "PostgreSQL's regression tests are not here (dev/regress-suite)");
    try (ParserPool pool = new ParserPool()) {
      assertThat(pool.awaitReady()).isTrue();
      long start = System.nanoTime();
      List<Answer> answers = analyse(files, new StatementAnalyser(pool));
      Duration time = Duration.ofNanos(System.nanoTime() - start);
      print(files.size(), answers, time);

      assertThat(answers.stream().filter(Answer::failed).map(Answer::place)).isEmpty();
      assertThat(pool.metrics().replaced()).as("parsers replaced").isZero();
      assertThat(pool.parse("select 1")).isInstanceOf(ParserReply.Parsed.class);
      List<String> wrong = new ArrayList<>();
      int reads = 0;
      for (Answer answer : answers) {
        if (answer.analysis().statementClass() == StatementClass.READ) {
          reads++;
          wrong.addAll(writing(answer, pool));
        }
      }
      assertThat(wrong).as("reads with a part that is none").isEmpty();
      assertThat(reads).isGreaterThan(5_000);
      assertThat(share(answers.stream().filter(Answer::isParsed).count(), answers))
          .as("per cent that is PostgreSQL")
          .isGreaterThan(95);
    }
  }

  private static List<Path> files() throws IOException {
    String folder = System.getenv("COUNTERSIGN_REGRESS");
    if (folder == null || folder.isEmpty()) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(Path.of(folder))) {
      return files.filter(file -> file.toString().endsWith(".sql")).sorted().toList();
    }
  }

  private static List<Answer> analyse(List<Path> files, StatementAnalyser analyser)
      throws Exception {
    List<Answer> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      List<Future<List<Answer>>> parts = new ArrayList<>();
      for (Path file : files) {
        parts.add(threads.submit(() -> analyse(file, analyser)));
      }
      for (Future<List<Answer>> part : parts) {
        answers.addAll(part.get());
      }
    }
    return answers;
  }

  private static List<Answer> analyse(Path file, StatementAnalyser analyser) throws IOException {
    // Some files are of another encoding, of which only ASCII matters here.
    String script = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    List<Answer> answers = new ArrayList<>();
    for (String sql : PsqlScript.statements(script)) {
      String place = file.getFileName() + " " + (answers.size() + 1);
      answers.add(new Answer(place, sql, analyser.analyse(sql)));
    }
    return answers;
  }

  /** The places of nodes that are statements but read nothing, and of SELECT INTO. */
  private static List<String> writing(Answer answer, ParserPool pool) throws IOException {
    List<String> found = new ArrayList<>();
    if (pool.parse(answer.sql()) instanceof ParserReply.Parsed parsed) {
      collect(JSON.readTree(parsed.tree()).path("stmts"), answer.place(), found);
    } else {
      found.add(answer.place() + " is not parsed again");
    }
    return found;
  }

  private static void collect(JsonNode node, String place, List<String> found) {
    node.properties()
        .forEach(
            property -> {
              String name = property.getKey();
              boolean isStatement = name.endsWith("Stmt") && !READING.contains(name);
              if (isStatement || name.equals("intoClause")) {
                found.add(place + " " + name);
              }
            });
    node.forEach(child -> collect(child, place, found));
  }

  private static void print(int files, List<Answer> answers, Duration time) {
    long parsed = answers.stream().filter(Answer::isParsed).count();
    long understood = answers.stream().filter(answer -> answer.analysis().isComplete()).count();
    Map<StatementClass, Integer> classes = new EnumMap<>(StatementClass.class);
    answers.forEach(answer -> classes.merge(answer.analysis().statementClass(), 1, Integer::sum));
    System.out.printf(
        "measured: PostgreSQL's regression tests, %d files, %d statements: %.1f %% parsed,"
            + " %.1f %% understood, %s, %d s%n",
        files,
        answers.size(),
        share(parsed, answers),
        share(understood, answers),
        classes,
        time.toSeconds());
  }

  private static double share(long part, List<Answer> answers) {
    return 100.0 * part / answers.size();
  }
}
