package io.countersign.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What STYLE.md says about the shape of sources and a formatter cannot see. */
class StyleTest {
  private static final int MOST_LINES = 400;
  private static final int LONGEST_LINE = 100;
  private static final int LONGEST_LINE_OF_THE_CONSOLE = 140;
  private static final Pattern PUT_OFF = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");
  private static final Pattern EMPTY_TAG =
      Pattern.compile("^\\s*\\*\\s*@(param\\s+\\S+|return|throws\\s+\\S+)\\s*$");
  private static final Pattern MOCKS =
      Pattern.compile("^import .*(mockito|easymock|jmockit|lombok)");

  @Test
  void sourcesKeepToTheShape() {
    List<Path> sources = Repository.files(StyleTest::isSource);
    assertThat(sources).hasSizeGreaterThan(40);
    assertThat(sources).flatExtracting(file -> faults(file, Repository.read(file))).isEmpty();
  }

  @Test
  void everyFaultIsSeen() {
    var file = Path.of("core/src/main/java/Guilty.java");
    assertThat(faults(file, "a\n".repeat(MOST_LINES))).isEmpty();
    assertThat(faults(file, "a\n".repeat(MOST_LINES + 1))).hasSize(1);
    assertThat(faults(file, "a".repeat(LONGEST_LINE))).isEmpty();
    assertThat(faults(file, "a".repeat(LONGEST_LINE + 1))).hasSize(1);
    assertThat(faults(file, "import " + "a".repeat(LONGEST_LINE))).isEmpty();
    assertThat(faults(file, "// TO" + "DO later")).hasSize(1);
    assertThat(faults(file, "  // FIX" + "ME")).hasSize(1);
    assertThat(faults(file, "   * @param name")).hasSize(1);
    assertThat(faults(file, "   * @param name at most 40 characters")).isEmpty();
    assertThat(faults(file, "import org.mockito.Mock;")).hasSize(1);
    assertThat(faults(file, "a\tb")).hasSize(1);
  }

  private static boolean isSource(String name) {
    return name.endsWith(".java")
        || (name.endsWith(".sql") && name.contains("/main/"))
        || name.endsWith(".sh")
        || name.endsWith(".md")
        || name.endsWith(".js")
        || name.endsWith(".css")
        || name.startsWith("dev/")
        || List.of("countersign", "check").contains(name);
  }

  private static List<String> faults(Path file, String text) {
    var faults = new ArrayList<String>();
    List<String> lines = text.lines().toList();
    boolean isProse = file.toString().endsWith(".md");
    int longest =
        file.toString().matches(".*\\.(js|css)") ? LONGEST_LINE_OF_THE_CONSOLE : LONGEST_LINE;
    if (lines.size() > MOST_LINES) {
      faults.add(file + ": " + lines.size() + " lines, more than " + MOST_LINES);
    }
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      String place = file + ":" + (i + 1) + ": ";
      if (line.length() > longest && !isProse && !line.startsWith("import ")) {
        faults.add(place + line.length() + " characters, more than " + longest);
      }
      if (PUT_OFF.matcher(line).find()) {
        faults.add(place + "work put off without a plan");
      }
      if (EMPTY_TAG.matcher(line).matches()) {
        faults.add(place + "a tag that says nothing");
      }
      if (MOCKS.matcher(line).find()) {
        faults.add(place + "a mock or generated accessor");
      }
      if (line.indexOf('\t') >= 0 && !isProse) {
        faults.add(place + "a tab");
      }
    }
    return faults;
  }
}
