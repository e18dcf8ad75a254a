package io.countersign.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The console's verifier answers every receipt as the one on the JVM does, here in Node. */
class BrowserVerifierTest {
  private static final Path CONSOLE = Path.of("../api/src/main/resources/console");
  private static final String SCRIPT =
      """
      import { readFileSync, writeFileSync } from 'node:fs';
      import { webcrypto } from 'node:crypto';
      import { parseKeys, verifyReceipt } from './verify.js';
      globalThis.crypto ??= webcrypto;
      const answers = [];
      for (const { receipt, keys } of JSON.parse(readFileSync('cases.json', 'utf8'))) {
        try {
          const ring = await parseKeys(keys);
          const bytes = new Uint8Array(Buffer.from(receipt, 'base64'));
          const { answer, reason } = await verifyReceipt(bytes, ring);
          answers.push(answer === 'VALID' ? answer : `${answer}: ${reason}`);
        } catch (problem) {
          answers.push(`KEYS: ${problem.message}`);
        }
      }
      writeFileSync('answers.json', JSON.stringify(answers));
      """;

  @TempDir private Path folder;

  @Test
  void nodeAnswersEveryReceiptAsTheCommandDoes() throws Exception {
    assumeTrue(isNodeThere(), "node is not installed");
    List<ReceiptCorpus.Case> cases = ReceiptCorpus.cases();
    for (String file : List.of("verify.js", "tree.js", "openings.js", "strict.js")) {
      Files.copy(CONSOLE.resolve(file), folder.resolve(file));
    }
    Files.writeString(folder.resolve("package.json"), "{\"type\":\"module\"}");
    Files.writeString(folder.resolve("run.js"), SCRIPT);
    Files.writeString(folder.resolve("cases.json"), ReceiptCorpus.json(cases));
    Path printed = folder.resolve("printed.txt");
    Process node =
        new ProcessBuilder("node", "run.js")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(printed.toFile())
            .start();
    try {
      assertThat(node.waitFor(2, TimeUnit.MINUTES)).isTrue();
    } finally {
      node.destroyForcibly();
    }
    assertThat(node.exitValue()).as(Files.readString(printed)).isZero();
    List<String> answers =
        new JsonMapper()
            .readValue(folder.resolve("answers.json").toFile(), new TypeReference<>() {});
    assertThat(answers).hasSameSizeAs(cases);
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < cases.size(); i++) {
      String expected = cases.get(i).expected();
      if (!answers.get(i).equals(expected)) {
        differences.add(cases.get(i).name() + ": " + expected + " | " + answers.get(i));
      }
    }
    assertThat(differences).isEmpty();
    assertThat(answers.stream().collect(Collectors.groupingBy(a -> a, Collectors.counting())))
        .as("the corpus asks more than one question")
        .containsKey("VALID")
        .hasSizeGreaterThan(25);
  }

  private static boolean isNodeThere() {
    try {
      return new ProcessBuilder("node", "--version").start().waitFor() == 0;
    } catch (IOException | InterruptedException e) {
      return false;
    }
  }
}
