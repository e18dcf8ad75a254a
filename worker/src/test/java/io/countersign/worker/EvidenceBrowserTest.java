package io.countersign.worker;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import io.countersign.action.Json;
import io.countersign.audit.ReceiptCorpus;
import io.countersign.audit.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The console's receipt and audit pages: what they say is computed in a real Chromium. */
class EvidenceBrowserTest {
  private static final int DESKTOP = 1280;
  private static final int PHONE = 360;

  private static @Nullable EvidenceSteps steps;

  @BeforeAll
  static void start() {
    Optional<Path> chromium = ConsoleBrowser.chromium();
    assumeTrue(chromium.isPresent(), "chromium is not installed");
    steps = new EvidenceSteps(DemoServer.start(), ConsoleBrowser.open(chromium.orElseThrow()));
  }

  @AfterAll
  static void stop() {
    if (steps != null) {
      steps.browser().close();
    }
  }

  @AfterEach
  void nothingBrokeOnTheWay() {
    assertThat(steps().browser().complaints()).isEmpty();
  }

  @Test
  @SuppressWarnings("unchecked")
  void chromiumAnswersEveryReceiptAsTheCommandDoes() throws Exception {
    List<ReceiptCorpus.Case> cases = ReceiptCorpus.cases();
    Page page = steps().browser().page(DESKTOP, ColorScheme.LIGHT);
    page.navigate(steps().url("/receipt"));
    List<String> answers =
        (List<String>)
            page.evaluate(
                """
                async (json) => {
                  const { parseKeys, verifyReceipt } = await import('/console/verify.js');
                  const answers = [];
                  for (const { receipt, keys } of JSON.parse(json)) {
                    const bytes = Uint8Array.from(atob(receipt), (byte) => byte.charCodeAt(0));
                    try {
                      const found = await verifyReceipt(bytes, await parseKeys(keys));
                      const reason = found.reason ? ': ' + found.reason : '';
                      answers.push(found.answer + reason);
                    } catch (problem) {
                      answers.push('KEYS: ' + problem.message);
                    }
                  }
                  return answers;
                }
                """,
                ReceiptCorpus.json(cases));
    assertThat(answers).hasSameSizeAs(cases);
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < cases.size(); i++) {
      String expected = cases.get(i).expected();
      if (!answers.get(i).equals(expected)) {
        differences.add(cases.get(i).name() + ": " + expected + " | " + answers.get(i));
      }
    }
    assertThat(differences).isEmpty();
    assertThat(answers).contains("VALID");
    page.context().close();
  }

  @Test
  void receiptOfAnActionIsCheckedInThePageAndAChangedByteIsShown() throws Exception {
    String id = steps().ended(4731);
    Page page = steps().signedIn("alice", "/actions/" + id, DESKTOP, ColorScheme.LIGHT);
    EvidenceSteps.link(page, "Check the receipt").click();
    assertThat(page.locator("[data-answer=VALID]")).isVisible();
    assertThat(page.locator("#main")).containsText("action.denied");
    assertThat(page.locator("#main")).containsText(id);
    assertThat(page.locator("#keys-source")).containsText("proves consistency, not identity");
    assertThat(page.locator(".path .compare")).hasText("= the same");
    EvidenceSteps.shot(page, "receipt-valid");
    EvidenceSteps.button(page, "Pin this key").click();
    assertThat(page.locator("#keys-source")).containsText("pinned in this browser");
    byte[] receipt = page.request().get(steps().url("/v1/actions/" + id + "/receipt")).body();
    String text = new String(receipt, UTF_8);
    EvidenceSteps.choose(page, text.replace("changed", "changes"));
    assertThat(page.locator("[data-answer=INVALID]"))
        .containsText("the entry is not in the log at this index");
    assertThat(page.locator(".path .compare")).hasText("≠ not the same");
    EvidenceSteps.shot(page, "receipt-changed-entry");
    int signature = text.lastIndexOf(' ') + 20;
    char other = text.charAt(signature) == 'A' ? 'B' : 'A';
    EvidenceSteps.choose(
        page, text.substring(0, signature) + other + text.substring(signature + 1));
    assertThat(page.locator("[data-answer=INVALID]"))
        .containsText("the signature of a known key is wrong");
    assertThat(page.locator(".path .bad")).containsText("root, not signed");
    EvidenceSteps.choose(page, text.replace("\"entry\"", "\"entrx\""));
    assertThat(page.locator("[data-answer=INVALID]")).containsText("a receipt has the fields");
    assertThat(page.locator(".path")).hasCount(0);
    EvidenceSteps.choose(page, text);
    assertThat(page.locator("[data-answer=VALID]")).isVisible();
    page.reload();
    assertThat(page.locator("#keys-source")).containsText("pinned in this browser");
    page.context().close();
  }

  @Test
  void strangerChecksAReceiptWithoutSigningInAndItsWordsStayWords() throws Exception {
    SigningKey key = SigningKey.generate("elsewhere.example/audit");
    Page page = steps().browser().page(PHONE, ColorScheme.DARK);
    page.navigate(steps().url("/receipt"));
    assertThat(page.locator("#main")).containsText("No receipt yet");
    EvidenceSteps.choose(page, EvidenceSteps.receipt(key));
    assertThat(page.locator("#main")).containsText("Give the log’s key");
    page.locator("#keys").fill("nonsense");
    assertThat(page.locator("#keys-trouble")).containsText("a key is written");
    page.locator("#keys").fill(SigningKey.generate(key.origin()).verifierKey().toString());
    assertThat(page.locator("[data-answer=INVALID]")).containsText("no known key signed this");
    page.locator("#keys").fill(key.verifierKey().toString());
    assertThat(page.locator("[data-answer=VALID]")).containsText("elsewhere.example/audit");
    assertThat(page.locator("#main")).containsText(EvidenceSteps.MARKUP);
    assertThat(page.locator("#main img, #main script")).hasCount(0);
    assertThat(page.evaluate("() => window.hacked ?? null")).isNull();
    EvidenceSteps.shot(page, "receipt-phone-dark");
    page.context().close();
  }

  @Test
  void browserWithoutEd25519NeverSaysValid() throws Exception {
    SigningKey key = SigningKey.generate("elsewhere.example/audit");
    Page page = steps().browser().page(DESKTOP, ColorScheme.LIGHT);
    page.addInitScript(
        "SubtleCrypto.prototype.importKey = () =>"
            + " Promise.reject(new DOMException('unknown', 'NotSupportedError'));");
    page.navigate(steps().url("/receipt"));
    page.locator("#keys").fill(key.verifierKey().toString());
    EvidenceSteps.choose(page, EvidenceSteps.receipt(key));
    assertThat(page.locator("[data-answer=UNCHECKED]"))
        .containsText("this browser cannot check Ed25519 signatures");
    assertThat(page.locator("#main")).not().containsText("VALID");
    page.context().close();
  }

  @Test
  void auditorSearchesTheLogAndChecksAnEntry() throws Exception {
    String id = steps().ended(4732);
    Page page = steps().signedIn("dave", "/audit", DESKTOP, ColorScheme.LIGHT);
    assertThat(page.locator("[data-signature=VALID]")).isVisible();
    assertThat(page.locator("[data-consistency=first]")).isVisible();
    page.locator("#find-type").selectOption("vote.counted");
    page.locator("#find-action").fill(id);
    EvidenceSteps.button(page, "Search").click();
    assertThat(page.locator(".entries li")).hasCount(1);
    page.locator(".entries summary").click();
    assertThat(page.locator(".entries pre")).containsText(id);
    page.reload();
    page.locator("#find-action").fill(id);
    EvidenceSteps.button(page, "Search").click();
    Locator votes = page.locator(".entries summary").filter(EvidenceSteps.withText("vote.counted"));
    assertThat(votes).hasCount(1);
    votes.click();
    Locator entry = page.locator(".entries li").filter(EvidenceSteps.withText("vote.counted"));
    entry.getByRole(AriaRole.BUTTON).click();
    assertThat(entry.locator("[data-entry=VALID]")).isVisible();
    assertThat(entry.locator(".path")).isVisible();
    EvidenceSteps.shot(page, "audit");
    page.locator("#find-action").fill("act_1' or true --");
    EvidenceSteps.button(page, "Search").click();
    assertThat(page.getByRole(AriaRole.ALERT).filter(EvidenceSteps.withText("refused")))
        .containsText("`action` must be an action's id");
    page.context().close();
  }

  @Test
  void entryThatTheServerChangesIsFoundOutAndItsMarkupStaysText() throws Exception {
    steps().ended(4733);
    Page page = steps().signedIn("dave", "/history", DESKTOP, ColorScheme.LIGHT);
    page.route(
        "**/v1/audit/search**",
        route -> {
          String body = route.fetch().text();
          // An entry is canonical, its fields in order: what is not is shown as nothing at all.
          Map<String, String> hostile = new TreeMap<>();
          hostile.put("note", EvidenceSteps.MARKUP);
          hostile.put("type", EvidenceSteps.MARKUP);
          String entry = Json.write(Json.write(hostile));
          route.fulfill(
              new Route.FulfillOptions()
                  .setContentType("application/json")
                  .setBody(
                      body.replaceFirst(
                          "\"entry\":\"(\\\\.|[^\"\\\\])*\"",
                          Matcher.quoteReplacement("\"entry\":" + entry))));
        });
    page.navigate(steps().url("/audit"));
    assertThat(page.locator("[data-signature=VALID]")).isVisible();
    Locator entry = page.locator(".entries li").first();
    entry.locator("summary").click();
    assertThat(entry).containsText(EvidenceSteps.MARKUP);
    assertThat(page.locator("#main img, #main script")).hasCount(0);
    assertThat(page.evaluate("() => window.hacked ?? null")).isNull();
    entry.getByRole(AriaRole.BUTTON).click();
    assertThat(entry.locator("[data-entry=INVALID]")).containsText("not what the log holds");
    EvidenceSteps.shot(page, "audit-changed-entry");
    page.context().close();
  }

  @Test
  void logThatWasRewrittenSinceTheLastVisitIsShownInRed() throws Exception {
    Page page = steps().signedIn("dave", "/audit", DESKTOP, ColorScheme.LIGHT);
    assertThat(page.locator("[data-consistency=first]")).isVisible();
    steps().ended(4734);
    page.reload();
    assertThat(page.locator("[data-consistency=grew]")).containsText("Nothing before was changed");
    page.evaluate(
        """
        () => {
          const name = Object.keys(localStorage).find((key) => key.startsWith('countersign.seen:'));
          const seen = JSON.parse(localStorage.getItem(name));
          const lines = seen.note.split('\\n');
          lines[2] = btoa('\\u0000'.repeat(32));
          localStorage.setItem(name, JSON.stringify({ ...seen, note: lines.join('\\n') }));
        }
        """);
    page.reload();
    Locator red = page.locator("[data-consistency=rewritten]");
    assertThat(red).containsText("This log was rewritten");
    Download before =
        page.waitForDownload(() -> EvidenceSteps.button(page, "Save the one seen before").click());
    assertThat(Files.readString(before.path())).contains("AAAAAAAA");
    Download now =
        page.waitForDownload(() -> EvidenceSteps.button(page, "Save the present one").click());
    assertThat(Files.readString(now.path())).doesNotContain("AAAAAAAAAAAAAAA");
    page.reload();
    assertThat(red).isVisible();
    EvidenceSteps.shot(page, "audit-rewritten");
    page.context().close();
  }

  @Test
  void whoIsNoAuditorReadsNoLog() {
    Page page = steps().signedIn("bob", "/audit", DESKTOP, ColorScheme.LIGHT);
    assertThat(page.locator("#main")).containsText("Only auditors read the log");
    assertThat(page.locator(".top")).not().containsText("Audit");
    assertThat(page.request().get(steps().url("/v1/audit/search")).status()).isEqualTo(403);
    page.context().close();
  }

  @ParameterizedTest
  @EnumSource(
      value = ColorScheme.class,
      names = {"LIGHT", "DARK"})
  void pagesPassTheAccessibilityRulesAndFitAPhone(ColorScheme scheme) throws Exception {
    String id = steps().ended(scheme == ColorScheme.LIGHT ? 4735 : 4736);
    for (int width : List.of(DESKTOP, PHONE)) {
      Page page = steps().signedIn("dave", "/receipt?action=" + id, width, scheme);
      assertThat(page.locator("[data-answer=VALID]")).isVisible();
      passes(page, "receipt-%s-%s".formatted(width, scheme));
      page.navigate(steps().url("/audit"));
      assertThat(page.locator("[data-signature=VALID]")).isVisible();
      assertThat(page.locator(".entries li").first()).isVisible();
      passes(page, "audit-%s-%s".formatted(width, scheme));
      page.context().close();
    }
  }

  private static void passes(Page page, String name) throws IOException {
    EvidenceSteps.shot(page, name);
    assertThat(ConsoleBrowser.accessibilityFaults(page)).as(name).isEmpty();
    assertThat(page.evaluate("() => document.documentElement.scrollWidth - innerWidth"))
        .as(name)
        .isEqualTo(0);
  }

  private static EvidenceSteps steps() {
    if (steps == null) {
      throw new IllegalStateException("not started");
    }
    return steps;
  }
}
