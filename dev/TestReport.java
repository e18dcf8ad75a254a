import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;

/** Reads Surefire's reports: failures, totals, what was measured, what was skipped and why. */
class TestReport {
  private static final int LONGEST_FAILURE = 6_000;
  private static final String MEASURED = "measured: ";

  private int run;
  private int failed;
  private final List<String> failures = new ArrayList<>();
  private final List<String> measured = new ArrayList<>();
  private final TreeMap<String, List<String>> skippedByReason = new TreeMap<>();

  public static void main(String[] arguments) throws Exception {
    var report = new TestReport();
    Path root = Path.of(arguments[0]).toAbsolutePath();
    for (Path file : report.reports(root, "TEST-[^/]*\\.xml")) {
      report.read(file);
    }
    for (Path file : report.reports(root, "[^/]*-output\\.txt")) {
      report.readOutput(file);
    }
    report.print();
  }

  private List<Path> reports(Path root, String name) throws IOException {
    try (var files = Files.walk(root, 4)) {
      return files
          .filter(file -> file.toString().matches(".*/target/surefire-reports/" + name))
          .sorted()
          .toList();
    }
  }

  private void read(Path file) throws Exception {
    var factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    var suite = factory.newDocumentBuilder().parse(file.toFile()).getDocumentElement();
    var cases = suite.getElementsByTagName("testcase");
    for (int i = 0; i < cases.getLength(); i++) {
      readCase((Element) cases.item(i));
    }
  }

  private void readOutput(Path file) throws IOException {
    // What a program under test printed may be no UTF-8; what counts here is ASCII.
    for (String line : Files.readString(file, StandardCharsets.ISO_8859_1).split("\n")) {
      if (line.startsWith(MEASURED)) {
        measured.add(line.substring(MEASURED.length()));
      }
    }
  }

  private void readCase(Element test) {
    run++;
    String name = test.getAttribute("classname") + "." + test.getAttribute("name");
    var skipped = test.getElementsByTagName("skipped");
    if (skipped.getLength() > 0) {
      String reason = reason((Element) skipped.item(0));
      skippedByReason
          .computeIfAbsent(reason, r -> new ArrayList<>())
          .add(name);
    }
    for (String kind : List.of("failure", "error")) {
      var found = test.getElementsByTagName(kind);
      if (found.getLength() > 0) {
        failed++;
        String text = found.item(0).getTextContent().strip();
        failures.add(name + "\n" + text.substring(0, Math.min(text.length(), LONGEST_FAILURE)));
      }
    }
  }

  /** In an attribute or, for an assumption, as the first line of a stack trace. */
  private static String reason(Element skipped) {
    String message = skipped.getAttribute("message");
    String text = message.isEmpty() ? skipped.getTextContent().strip() : message;
    return text.lines().findFirst().orElse("").replaceFirst("^.*Assumption failed: ", "");
  }

  private void print() {
    failures.forEach(failure -> System.out.println("\nFAILED " + failure));
    int skipped = skippedByReason.values().stream().mapToInt(List::size).sum();
    System.out.println();
    System.out.printf("In all: %d tests, %d failed, %d skipped%n", run, failed, skipped);
    measured.forEach(line -> System.out.println(MEASURED + line));
    skippedByReason.forEach(
        (reason, names) -> {
          System.out.println("skipped, because " + reason + ":");
          names.forEach(name -> System.out.println("  " + name));
        });
  }
}
