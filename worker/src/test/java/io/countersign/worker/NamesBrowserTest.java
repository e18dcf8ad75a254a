package io.countersign.worker;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.countersign.audit.Openings.Opening;
import io.countersign.audit.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who people are, in the console: which files are offered, and what is shown as proven. */
class NamesBrowserTest {
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

  private static String saved(Page page, String link) throws IOException {
    Download download = page.waitForDownload(() -> EvidenceSteps.link(page, link).click());
    return download.suggestedFilename() + "\n" + Files.readString(download.path());
  }

  @Test
  void voterTakesBothReceiptsAndTheOneOfTheirVote() throws Exception {
    String id = steps().ended(4741);
    Page page = steps().signedIn("alice", "/actions/" + id, DESKTOP, ColorScheme.LIGHT);
    assertThat(saved(page, "Download the receipt"))
        .startsWith(id + ".receipt.json\n{\"type\":\"countersign-receipt/v1\"")
        .doesNotContain("alice");
    assertThat(saved(page, "Download it with names"))
        .startsWith(id + ".named.receipt.json\n{\"type\":\"countersign-receipt/v1\"")
        .contains("\\\"person\\\":\\\"alice\\\"");
    assertThat(saved(page, "Download your vote’s receipt"))
        .startsWith(id + ".named.vote-receipt.json\n{\"type\":\"countersign-vote-receipt/v1\"")
        .contains("\\\"person\\\":\\\"alice\\\"");
    EvidenceSteps.shot(page, "action-receipts");
    page.context().close();
  }

  @Test
  void whoDidNotVoteIsOfferedNoVoteAndWhoMayHaveNoReceiptNone() throws Exception {
    String id = steps().ended(4742);
    Page auditor = steps().signedIn("dave", "/actions/" + id, DESKTOP, ColorScheme.LIGHT);
    assertThat(EvidenceSteps.link(auditor, "Download it with names")).isVisible();
    assertThat(auditor.locator("#main")).not().containsText("your vote’s receipt");
    auditor.context().close();
    Page reviewer = steps().signedIn("bob", "/actions/" + id, DESKTOP, ColorScheme.LIGHT);
    assertThat(reviewer.locator("#main")).containsText("the voters and auditors can have it");
    assertThat(EvidenceSteps.link(reviewer, "Download it with names")).hasCount(0);
    reviewer.context().close();
  }

  @Test
  void receiptPageShowsWhoThePeopleAreWhenThatWasProven() throws Exception {
    String id = steps().ended(4743);
    Page page = steps().signedIn("dave", "/receipt?action=" + id, DESKTOP, ColorScheme.LIGHT);
    assertThat(page.locator("[data-answer=VALID]")).isVisible();
    Locator people = page.locator("[aria-labelledby=people]");
    assertThat(people).containsText("Proven here");
    assertThat(people.locator("dt").filter(EvidenceSteps.withText("alice"))).containsText("denied");
    assertThat(people.locator("dd").first()).containsText("sub_");
    EvidenceSteps.shot(page, "receipt-with-names");
    String receipt = "/v1/actions/" + id + "/receipt";
    String named =
        new String(page.request().get(steps().url(receipt + "?subjects=true")).body(), UTF_8);
    EvidenceSteps.choose(page, named.replace("\\\"alice\\\"", "\\\"bobby\\\""));
    assertThat(page.locator("[data-answer=INVALID]"))
        .containsText("a subject's key and person give another pseudonym");
    assertThat(page.locator("[data-answer=INVALID]")).containsText("not the people");
    assertThat(page.locator("#main")).not().containsText("bobby");
    EvidenceSteps.shot(page, "receipt-wrong-name");
    EvidenceSteps.choose(page, new String(page.request().get(steps().url(receipt)).body(), UTF_8));
    assertThat(page.locator("[data-answer=VALID]")).isVisible();
    assertThat(people).hasCount(0);
    assertThat(page.locator("#main")).containsText("\"person\": \"sub_");
    page.context().close();
  }

  @Test
  void nameOfAStrangersLogStaysText() throws Exception {
    SigningKey key = SigningKey.generate("elsewhere.example/audit");
    Opening hostile = Opening.of(new byte[32], EvidenceSteps.MARKUP + "\u202Egnp.exe");
    Page page = steps().browser().page(PHONE, ColorScheme.DARK);
    page.navigate(steps().url("/receipt"));
    page.locator("#keys").fill(key.verifierKey().toString());
    EvidenceSteps.choose(page, EvidenceSteps.receipt(key, hostile.pseudonym(), List.of(hostile)));
    assertThat(page.locator("[data-answer=VALID]")).isVisible();
    assertThat(page.locator("[aria-labelledby=people]"))
        .containsText(EvidenceSteps.MARKUP + "\\u{202E}gnp.exe");
    assertThat(page.locator("#main img, #main script")).hasCount(0);
    assertThat(page.evaluate("() => window.hacked ?? null")).isNull();
    EvidenceSteps.shot(page, "receipt-hostile-name");
    page.context().close();
  }

  @ParameterizedTest
  @EnumSource(
      value = ColorScheme.class,
      names = {"LIGHT", "DARK"})
  void pagesWithNamesPassTheAccessibilityRulesAndFitAPhone(ColorScheme scheme) throws Exception {
    String id = steps().ended(scheme == ColorScheme.LIGHT ? 4744 : 4745);
    for (int width : List.of(DESKTOP, PHONE)) {
      for (String path : List.of("/receipt?action=" + id, "/actions/" + id, "/audit")) {
        Page page = steps().signedIn("dave", path, width, scheme);
        assertThat(page.getByText(path.startsWith("/receipt") ? "Proven here" : "names").first())
            .isVisible();
        String name = "names-%s-%s-%s".formatted(path.split("[/?]")[1], width, scheme);
        EvidenceSteps.shot(page, name);
        assertThat(ConsoleBrowser.accessibilityFaults(page)).as(name).isEmpty();
        assertThat(page.evaluate("() => document.documentElement.scrollWidth - innerWidth"))
            .as(name)
            .isEqualTo(0);
        page.context().close();
      }
    }
  }

  private static EvidenceSteps steps() {
    if (steps == null) {
      throw new IllegalStateException("not started");
    }
    return steps;
  }
}
