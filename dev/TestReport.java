import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;

/** Reads Surefire's reports; prints failures, totals, and what was skipped for which reason. */
class TestReport {
  private static final int LONGEST_FAILURE = 6_000;

  private int run;
  private int failed;
  private final List<String> failures = new ArrayList<>();
  private final TreeMap<String, List<String>> skippedByReason = new TreeMap<>();

  public static void main(String[] arguments) throws Exception {
    var report = new TestReport();
    for (Path file : report.reports(Path.of(arguments[0]).toAbsolutePath())) {
      report.read(file);
    }
    report.print();
  }

  private List<Path> reports(Path root) throws IOException {
    try (var files = Files.walk(root, 4)) {
      return files
          .filter(file -> file.toString().matches(".*/target/surefire-reports/TEST-[^/]*\\.xml"))
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

  private void readCase(Element test) {
    run++;
    String name = test.getAttribute("classname") + "." + test.getAttribute("name");
    var skipped = test.getElementsByTagName("skipped");
    if (skipped.getLength() > 0) {
      String reason = ((Element) skipped.item(0)).getAttribute("message");
      skippedByReason
          .computeIfAbsent(reason.replace("Assumption failed: ", ""), r -> new ArrayList<>())
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

  private void print() {
    failures.forEach(failure -> System.out.println("\nFAILED " + failure));
    int skipped = skippedByReason.values().stream().mapToInt(List::size).sum();
    System.out.println();
    System.out.printf("In all: %d tests, %d failed, %d skipped%n", run, failed, skipped);
    skippedByReason.forEach(
        (reason, names) -> {
          System.out.println("skipped, because " + reason + ":");
          names.forEach(name -> System.out.println("  " + name));
        });
  }
}
