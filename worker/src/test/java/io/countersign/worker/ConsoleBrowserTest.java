package io.countersign.worker;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.PlaywrightException;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import io.countersign.action.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The console in a real Chromium, in front of the whole application. */
class ConsoleBrowserTest {
  private static final int DESKTOP = 1280;
  private static final int PHONE = 360;
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private static @Nullable DemoServer demo;
  private static @Nullable ConsoleBrowser browser;

  @BeforeAll
  static void start() {
    Optional<Path> chromium = ConsoleBrowser.chromium();
    assumeTrue(chromium.isPresent(), "chromium is not installed");
    demo = DemoServer.start();
    browser = ConsoleBrowser.open(chromium.orElseThrow());
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
  }

  @AfterEach
  void nothingBrokeOnTheWay() {
    assertThat(browser().complaints()).isEmpty();
  }

  @Test
  void newcomerSeesThreeActionsAndSignsInToTheQueue() {
    Page page = browser().page(DESKTOP, ColorScheme.LIGHT);
    page.navigate(url("/"));
    assertThat(page.locator(".row").nth(2)).isVisible();
    link(page, "Sign in as Bob").click();
    assertThat(page.getByRole(AriaRole.HEADING, named("for you"))).isVisible();
    assertThat(page.locator(".me")).containsText("Bob");
    assertThat(page.locator("[aria-label='Yours to decide'] .row").nth(2)).isVisible();
    page.context().close();
  }

  @Test
  void approvalRunsTheActionAndThePageFollowsWithoutReload() throws Exception {
    String id = submit("update orders set status = 'void' where id = 4711", "asked by phone");
    Page page = signedIn("bob", "/actions/" + id);
    page.evaluate("() => { window.sameDocument = true; }");
    approve(page);
    assertThat(page.locator("[data-status=SUCCEEDED]")).containsText("It ran once; 1 row");
    assertThat(page.locator(".vote")).containsText("It is over: done.");
    assertThat(page.evaluate("() => window.sameDocument")).isEqualTo(true);
    assertThat(link(page, "Download the receipt"))
        .hasAttribute("href", "/v1/actions/" + id + "/receipt");
    assertThat(page.request().get(url("/v1/actions/" + id + "/receipt")).status()).isEqualTo(200);
    assertThat(action(id).get("status").asText()).isEqualTo("SUCCEEDED");
    page.context().close();
  }

  @Test
  void denialNeedsAReasonAndTheAgentReadsIt() throws Exception {
    String id = submit("update orders set status = 'void' where id = 4712", "asked by phone");
    Page page = signedIn("bob", "/actions/" + id);
    button(page, "Deny").click();
    assertThat(page.locator("#reason-trouble")).containsText("Say why");
    assertThat(page.locator("#reason")).isFocused();
    page.locator("#reason").fill("please ask the shop first");
    button(page, "Deny").click();
    assertThat(page.locator("[data-status=DENIED]")).containsText("Nothing ran");
    JsonNode denied = action(id);
    assertThat(denied.get("status").asText()).isEqualTo("DENIED");
    assertThat(denied.at("/error/message").asText()).contains("please ask the shop first");
    page.context().close();
  }

  @Test
  void personBehindTheAgentSeesWhySheMayNotApprove() throws Exception {
    String id = submit("update orders set status = 'void' where id = 4713", "asked by phone");
    Page page = signedIn("carol", "/actions/" + id);
    assertThat(page.locator(".because")).containsText("You may not approve this");
    assertThat(button(page, "Approve")).isDisabled();
    page.navigate(url("/"));
    assertThat(page.locator("[aria-label='Waiting for others'] [data-id=" + id + "]")).isVisible();
    page.context().close();
  }

  @Test
  void whoHoldsNoSeatSeesWhyNot() throws Exception {
    String id = submit("update orders set status = 'void' where id = 4714", "asked by phone");
    Page page = signedIn("dave", "/actions/" + id);
    assertThat(page.locator(".because")).containsText("none of the groups");
    assertThat(button(page, "Approve")).isDisabled();
    assertThat(button(page, "Deny")).isDisabled();
    page.context().close();
  }

  @Test
  void votesOfOthersAndTheirEndAppearLive() throws Exception {
    String id = submit("delete from payments where id = 4715", "duplicate of 4714");
    Page page = signedIn("alice", "/actions/" + id);
    assertThat(page.locator(".why .dots, section .dots").first()).isVisible();
    assertThat(page.locator(".dots .filled")).hasCount(0);
    vote("bob", id, "approve", "fine");
    assertThat(page.locator(".dots .filled")).hasCount(1);
    assertThat(page.locator(".timeline")).containsText("Bob approved");
    vote("alice", id, "deny", "not this one");
    assertThat(page.locator("[data-status=DENIED]")).isVisible();
    assertThat(page.locator(".vote")).containsText("It is over: denied.");
    page.context().close();
  }

  @Test
  void newActionsAppearInTheQueueByThemselves() throws Exception {
    Page page = signedIn("bob", "/");
    assertThat(page.locator(".row").first()).isVisible();
    String id = submit("update orders set status = 'void' where id = 4716", "asked by phone");
    assertThat(page.locator("[aria-label='Yours to decide'] [data-id=" + id + "]")).isVisible();
    page.context().close();
  }

  @Test
  void refusedVoteIsExplainedInTheServersWords() throws Exception {
    String id = submit("update orders set status = 'void' where id = 4717", "asked by phone");
    Page page = signedIn("bob", "/actions/" + id);
    assertThat(button(page, "Deny")).isEnabled();
    page.route(
        "**/votes",
        route -> {
          String body = route.request().postData().replaceAll("sha256:.{8}", "sha256:00000000");
          route.resume(new com.microsoft.playwright.Route.ResumeOptions().setPostData(body));
        });
    page.locator("#reason").fill("no");
    button(page, "Deny").click();
    assertThat(page.getByRole(AriaRole.ALERT)).containsText("Your vote was not counted");
    assertThat(page.getByRole(AriaRole.ALERT)).containsText("digest");
    assertThat(page.locator("#reason")).hasValue("no");
    assertThat(action(id).get("status").asText()).isEqualTo("PENDING_REVIEW");
    page.context().close();
  }

  @Test
  void hostileWordsStayWords() throws Exception {
    String markup = "<img src=x onerror=\"window.hacked=1\"><script>window.hacked=2</script>";
    String id =
        submit(
            "update orders set status = '" + markup + "' where id = 4718 -- " + markup,
            markup + " \u202Egnp.exe **Approved by the CISO**");
    Page page = signedIn("bob", "/actions/" + id);
    assertThat(page.locator(".words")).containsText(markup + " \\u{202E}gnp.exe");
    assertThat(page.locator(".code")).containsText("onerror");
    assertThat(page.locator("#main img, #main script")).hasCount(0);
    assertThat(page.locator("#main").innerText()).doesNotContain("\u202E");
    page.navigate(url("/"));
    assertThat(page.locator("[data-id=" + id + "]")).isVisible();
    assertThat(page.locator("#main img, #main script")).hasCount(0);
    assertThat(page.evaluate("() => window.hacked ?? null")).isNull();
    assertThat(
            page.evaluate(
                "() => import('/console/dom.js')"
                    + ".then((dom) => dom.el('p', {}, 'a\\u202E\\u0007b').textContent)"))
        .as("the page writes hidden characters out even where the server did not")
        .isEqualTo("a\\u{202E}\\u{0007}b");
    page.context().close();
  }

  @Test
  void policyOfThePageStopsMarkupAndScriptMadeFromText() {
    Page page = signedIn("bob", "/");
    assertThat(page.locator("h1")).isVisible();
    assertThatThrownBy(() -> page.evaluate("() => { document.body.innerHTML = '<b>x</b>'; }"))
        .isInstanceOf(PlaywrightException.class)
        .hasMessageContaining("TrustedHTML");
    page.evaluate(
        "() => { const s = document.createElement('style'); s.textContent = 'body{opacity:0}';"
            + " document.head.append(s); }");
    assertThat(page.evaluate("() => getComputedStyle(document.body).opacity")).isEqualTo("1");
    assertThat(browser().complaints()).as("the test sees such breaches").isNotEmpty();
    browser().complaints().clear();
    page.context().close();
  }

  @Test
  void readingDecidesNothing() throws Exception {
    String id = submit("update orders set status = 'void' where id = 4719", "asked by phone");
    Page page = signedIn("bob", "/actions/" + id);
    assertThat(button(page, "Approve")).isVisible();
    for (String path : List.of("/votes", "/votes?decision=approve", "/cancel", "/revoke")) {
      int status = page.request().get(url("/v1/actions/" + id + path)).status();
      assertThat(status).as(path).isIn(404, 405);
    }
    page.navigate(url("/actions/" + id + "?decision=approve&vote=approve"));
    assertThat(button(page, "Approve")).isVisible();
    page.navigate(url("/"));
    page.navigate(url("/history"));
    assertThat(page.locator("[data-id=" + id + "]")).isVisible();
    JsonNode now = action(id);
    assertThat(now.get("status").asText()).isEqualTo("PENDING_REVIEW");
    assertThat(now.at("/seats/0/have").asInt()).isZero();
    page.context().close();
  }

  @Test
  void voteWithoutTheSessionsTokenIsRefused() throws Exception {
    String id = submit("update orders set status = 'void' where id = 4720", "asked by phone");
    Page page = signedIn("bob", "/actions/" + id);
    assertThat(button(page, "Approve")).isVisible();
    Object status =
        page.evaluate(
            """
            async ([path, digest]) => (await fetch(path, {
              method: 'POST',
              headers: {'Content-Type': 'application/json'},
              body: JSON.stringify({decision: 'approve', action_digest: digest, reason: ''}),
            })).status
            """,
            List.of("/v1/actions/" + id + "/votes", action(id).get("action_digest").asText()));
    assertThat(status).isEqualTo(403);
    assertThat(action(id).get("status").asText()).isEqualTo("PENDING_REVIEW");
    page.context().close();
  }

  @Test
  void keyboardAloneIsEnoughToDecide() throws Exception {
    String id = submit("update orders set status = 'void' where id = 4721", "asked by phone");
    Page page = signedIn("bob", "/");
    assertThat(page.locator("[data-id=" + id + "] a")).isVisible();
    page.locator("[data-id=" + id + "] a").focus();
    page.keyboard().press("Enter");
    page.locator("#reason").focus();
    page.keyboard().type("not today");
    page.keyboard().press("Tab");
    assertThat(button(page, "Deny")).isFocused();
    page.keyboard().press("Enter");
    assertThat(page.locator("[data-status=DENIED]")).isVisible();
    page.context().close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/start", "/history", "/actions/", "/slack/link?code=none"})
  void phoneWidthNeedsNoSidewaysScrolling(String path) throws Exception {
    Page page = signedIn("bob", withAction(path), PHONE, ColorScheme.LIGHT);
    assertThat(page.locator("h1")).isVisible();
    page.waitForLoadState();
    assertThat(page.evaluate("() => document.documentElement.scrollWidth - innerWidth"))
        .as(path)
        .isEqualTo(0);
    page.context().close();
  }

  @ParameterizedTest
  @EnumSource(
      value = ColorScheme.class,
      names = {"LIGHT", "DARK"})
  void everyPagePassesTheAccessibilityRules(ColorScheme scheme) throws Exception {
    Page page = signedIn("bob", "/start", DESKTOP, scheme);
    assertThat(page.locator(".row").first()).isVisible();
    assertThat(ConsoleBrowser.accessibilityFaults(page)).isEmpty();
    for (String path : List.of("/", "/history", "/actions/")) {
      page.navigate(url(withAction(path)));
      assertThat(page.locator(".row, .timeline").first()).isVisible();
      assertThat(ConsoleBrowser.accessibilityFaults(page)).as(path).isEmpty();
    }
    page.context().close();
  }

  private static String withAction(String path) throws Exception {
    return path.endsWith("actions/")
        ? path + submit("update customers set phone = '+49 30 5550 0102' where id = 8", "typo")
        : path;
  }

  private static void approve(Page page) {
    button(page, "Approve").click();
    Locator sure = button(page, "Yes, approve");
    Locator over = page.locator("[data-status]");
    assertThat(sure.or(over).first()).isVisible();
    if (sure.isVisible()) {
      sure.click();
    }
  }

  private static Page signedIn(String person, String path) {
    return signedIn(person, path, DESKTOP, ColorScheme.LIGHT);
  }

  private static Page signedIn(String person, String path, int width, ColorScheme scheme) {
    Page page = browser().page(width, scheme);
    page.navigate(url("/auth/sign-in?as=" + person + "&return=/history"));
    assertThat(page.locator(".me")).isVisible();
    page.navigate(url(path));
    return page;
  }

  private static String submit(String sql, String reason) throws Exception {
    Map<String, Object> proposal =
        Map.of(
            "kind",
            "execute_sql",
            "target",
            "shop",
            "arguments",
            Map.of("sql", sql),
            "reason",
            reason);
    JsonNode filed = call("agent-1", "POST", "/v1/actions", Json.write(proposal));
    assertThat(filed.get("status").asText()).isEqualTo("PENDING_REVIEW");
    return filed.get("id").asText();
  }

  private static void vote(String person, String id, String decision, String reason)
      throws Exception {
    String digest = action(id).get("action_digest").asText();
    Map<String, String> vote =
        Map.of("decision", decision, "action_digest", digest, "reason", reason);
    call(person, "POST", "/v1/actions/" + id + "/votes", Json.write(vote));
  }

  private static JsonNode action(String id) throws Exception {
    return call("agent-1", "GET", "/v1/actions/" + id, "");
  }

  private static JsonNode call(String who, String method, String path, String body)
      throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url(path)))
            .header("Authorization", "Bearer " + demo().token(who))
            .header("Content-Type", "application/json")
            .header("Prefer", "wait=20")
            .method(method, BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> response = HTTP.send(request, BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
    return Json.read(response.body(), JsonNode.class);
  }

  private static Locator button(Page page, String name) {
    return page.getByRole(
        AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  private static Locator link(Page page, String name) {
    return page.getByRole(AriaRole.LINK, named(name));
  }

  private static Page.GetByRoleOptions named(String name) {
    return new Page.GetByRoleOptions().setName(name);
  }

  private static String url(String path) {
    return demo().url() + path;
  }

  private static DemoServer demo() {
    if (demo == null) {
      throw new IllegalStateException("not started");
    }
    return demo;
  }

  private static ConsoleBrowser browser() {
    if (browser == null) {
      throw new IllegalStateException("not started");
    }
    return browser;
  }
}
