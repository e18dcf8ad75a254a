package io.countersign.worker;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.FilePayload;
import io.countersign.action.ActionId;
import io.countersign.action.Digest;
import io.countersign.action.Json;
import io.countersign.audit.Checkpoint;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.audit.LogProof;
import io.countersign.audit.Openings.Opening;
import io.countersign.audit.Receipt;
import io.countersign.audit.SigningKey;
import io.countersign.audit.TreeHash;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** What tests of evidence do in the console and beside it. */
record EvidenceSteps(DemoServer demo, ConsoleBrowser browser) {
  static final String MARKUP =
      "<img src=x onerror=\"window.hacked=1\"><script>window.hacked=2</script>";
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /** Kept with the test's other output, for people to look at. */
  static void shot(Page page, String name) {
    page.screenshot(
        new Page.ScreenshotOptions()
            .setFullPage(true)
            .setPath(Path.of("target", "screenshots", name + ".png")));
  }

  /** A receipt of a log of its own, whose entry is made to hurt. */
  static String receipt(SigningKey key) throws Exception {
    return receipt(key, MARKUP, List.of());
  }

  /** The same, whose person is called something else, with what says who that is. */
  static String receipt(SigningKey key, String person, List<Opening> openings) throws Exception {
    ActionId action = ActionId.random();
    Digest digest = Digest.sha256("x");
    Event event =
        new Event(
            Instant.parse("2026-01-02T03:04:05Z"),
            EventType.ACTION_DENIED,
            action,
            1,
            digest,
            null,
            new Event.Actor("person", MARKUP, null),
            null,
            Event.Effect.CHANGED,
            null,
            MARKUP,
            Map.of());
    String body = event.body(subject -> person);
    TreeHash leaf = TreeHash.leaf(body);
    TreeHash other = TreeHash.leaf("before");
    String note = new Checkpoint(key.origin(), 2, TreeHash.node(other, leaf)).sign(key);
    return new Receipt(action, digest, body, new LogProof(1, List.of(other), note))
        .withSubjects(openings)
        .text();
  }

  static void choose(Page page, String receipt) {
    page.locator("#receipt-file")
        .setInputFiles(
            new FilePayload("some.receipt.json", "application/json", receipt.getBytes(UTF_8)));
  }

  /** An action that a person denied. */
  String ended(int order) throws Exception {
    Map<String, Object> proposal =
        Map.of(
            "kind",
            "execute_sql",
            "target",
            "shop",
            "arguments",
            Map.of("sql", "update orders set status = 'void' where id = " + order),
            "reason",
            "asked by phone");
    JsonNode filed = call("agent-1", "/v1/actions", Json.write(proposal));
    String id = filed.get("id").asText();
    Map<String, String> vote =
        Map.of(
            "decision",
            "deny",
            "action_digest",
            filed.get("action_digest").asText(),
            "reason",
            "no");
    call("alice", "/v1/actions/" + id + "/votes", Json.write(vote));
    return id;
  }

  private JsonNode call(String who, String path, String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url(path)))
            .header("Authorization", "Bearer " + demo.token(who))
            .header("Content-Type", "application/json")
            .header("Prefer", "wait=20")
            .POST(BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> response = HTTP.send(request, BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
    return Json.read(response.body(), JsonNode.class);
  }

  Page signedIn(String person, String path, int width, ColorScheme scheme) {
    Page page = browser.page(width, scheme);
    page.navigate(url("/auth/sign-in?as=" + person + "&return=/history"));
    assertThat(page.locator(".me")).isVisible();
    page.navigate(url(path));
    return page;
  }

  static Locator button(Page page, String name) {
    return page.getByRole(
        AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  static Locator link(Page page, String name) {
    return page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName(name));
  }

  static Locator.FilterOptions withText(String text) {
    return new Locator.FilterOptions().setHasText(text);
  }

  String url(String path) {
    return demo.url() + path;
  }
}
