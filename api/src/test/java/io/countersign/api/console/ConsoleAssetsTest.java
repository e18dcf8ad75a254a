package io.countersign.api.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The console's files keep what its content security policy promises. */
class ConsoleAssetsTest {
  private static final Path FOLDER = Path.of("src/main/resources/console");

  /** What could turn text into markup or code, or would need an inline exception. */
  private static final Map<String, Pattern> FORBIDDEN =
      Map.of(
          "markup from text",
          Pattern.compile(
              "innerHTML|outerHTML|insertAdjacentHTML|document\\.write|createContextualFragment"
                  + "|DOMParser|setHTMLUnsafe|srcdoc"),
          "code from text",
          Pattern.compile("\\beval\\b|new Function|setTimeout\\(\\s*['\"`]|javascript:"),
          "inline handler",
          Pattern.compile("<[^>]*\\son[a-z]+\\s*=|setAttribute\\(\\s*['\"`]on"),
          "inline style",
          Pattern.compile("<[^>]*\\sstyle\\s*=|<style|\\.style\\b|[{,]\\s*style:|cssText"),
          "inline script",
          Pattern.compile("<script(?![^>]*\\ssrc=)"),
          "other site",
          Pattern.compile("https?://(?!www\\.w3\\.org/2000/svg)"));

  private static final Pattern REFERENCE =
      Pattern.compile("(?:from\\s+'\\./|(?:src|href)=\"/console/|url\\(\")([^'\")]+)");

  @Test
  void noFileMakesMarkupOrCodeFromText() throws IOException {
    for (Map.Entry<String, String> file : files().entrySet()) {
      assertThat(offences(file.getValue())).as(file.getKey()).isEmpty();
    }
  }

  @Test
  void theCheckFindsAGuiltyFile() {
    assertThat(offences("node.innerHTML = reason")).containsExactly("markup from text");
    assertThat(offences("<b onclick=\"x()\" style=\"color:red\">"))
        .containsExactlyInAnyOrder("inline handler", "inline style");
    assertThat(offences("el('p', { style: 'x' })")).containsExactly("inline style");
    assertThat(offences("<script>x()</script>")).containsExactly("inline script");
    assertThat(offences("import x from 'https://cdn.example/x.js'")).containsExactly("other site");
    assertThat(offences("eval(text)")).containsExactly("code from text");
  }

  @Test
  void everyReferencedFileExistsAndEveryFileIsServed() throws IOException {
    Map<String, String> files = files();
    assertThat(files.keySet()).containsExactlyElementsOf(ConsoleAssets.NAMES);
    List<String> referenced = new ArrayList<>();
    for (String content : files.values()) {
      Matcher matcher = REFERENCE.matcher(content);
      while (matcher.find()) {
        referenced.add(matcher.group(1));
      }
    }
    assertThat(referenced).isNotEmpty().isSubsetOf(files.keySet());
    assertThat(files.keySet())
        .filteredOn(name -> !name.equals("index.html"))
        .as("every file is used by another")
        .allSatisfy(name -> assertThat(referenced).contains(name));
  }

  @Test
  void filesStaySmallEnoughToRead() throws IOException {
    files()
        .forEach(
            (name, content) ->
                assertThat(content.lines().count()).as(name).isLessThanOrEqualTo(400));
  }

  private static List<String> offences(String content) {
    return FORBIDDEN.entrySet().stream()
        .filter(rule -> rule.getValue().matcher(content).find())
        .map(Map.Entry::getKey)
        .toList();
  }

  private static Map<String, String> files() throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> paths = Files.list(FOLDER)) {
      for (Path path : paths.toList()) {
        files.put(path.getFileName().toString(), Files.readString(path));
      }
    }
    return files;
  }
}
