package io.countersign.worker;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** A real Chromium, and what it complained about. */
final class ConsoleBrowser implements AutoCloseable {
  private static final List<String> ARGUMENTS =
      List.of(
          "--no-sandbox",
          "--disable-gpu",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync");

  private final Playwright playwright;
  private final Browser browser;
  private final List<String> complaints = new CopyOnWriteArrayList<>();

  private ConsoleBrowser(Path chromium) {
    playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    browser =
        playwright
            .chromium()
            .launch(new BrowserType.LaunchOptions().setExecutablePath(chromium).setArgs(ARGUMENTS));
  }

  /** Chromium where the tests' runner found one, else where Debian puts it. */
  static Optional<Path> chromium() {
    return Stream.of(
            Optional.ofNullable(System.getenv("COUNTERSIGN_CHROMIUM")).orElse(""),
            "/usr/bin/chromium",
            "/usr/bin/chromium-browser")
        .filter(path -> !path.isBlank())
        .map(Path::of)
        .filter(Files::isExecutable)
        .findFirst();
  }

  static ConsoleBrowser open(Path chromium) {
    return new ConsoleBrowser(chromium);
  }

  /** A page of its own person: nothing is shared with other pages. */
  Page page(int width, ColorScheme scheme) {
    BrowserContext context =
        browser.newContext(
            new Browser.NewContextOptions().setViewportSize(width, 800).setColorScheme(scheme));
    context.setDefaultTimeout(30_000);
    Page page = context.newPage();
    page.onPageError(complaints::add);
    page.onConsoleMessage(
        message -> {
          if (message.text().matches("(?is).*(content security policy|trusted ?type).*")) {
            complaints.add(message.text());
          }
        });
    return page;
  }

  /** Script errors and breaches of the content security policy so far. */
  List<String> complaints() {
    return complaints;
  }

  /** What axe-core finds wrong with the page, as {@code rule: element}. */
  @SuppressWarnings("unchecked")
  static List<String> accessibilityFaults(Page page) throws IOException {
    try (InputStream script = ConsoleBrowser.class.getResourceAsStream("/axe.min.js")) {
      if (script == null) {
        throw new IllegalStateException("axe-core is not on the class path");
      }
      page.evaluate(new String(script.readAllBytes(), StandardCharsets.UTF_8));
    }
    return (List<String>)
        page.evaluate(
            """
            () => axe.run(document).then((found) => found.violations.flatMap((violation) =>
              violation.nodes.map((node) => violation.id + ': ' + node.html.slice(0, 160))))
            """);
  }

  @Override
  public void close() {
    browser.close();
    playwright.close();
  }
}
