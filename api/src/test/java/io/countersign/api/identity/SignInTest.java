package io.countersign.api.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jwt.SignedJWT;
import io.countersign.action.Json;
import io.countersign.store.TestDatabase;
import io.countersign.store.person.PersonDao;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SignInTest {
  private static final TestClock CLOCK = new TestClock();
  private static TestDatabase database;
  private static IdentityServer server;

  private final Browser browser = new Browser();

  @BeforeAll
  static void start() throws Exception {
    database = TestDatabase.create();
    server = IdentityServer.ofDemo(database, CLOCK);
  }

  @AfterAll
  static void stop() {
    server.close();
    database.close();
  }

  private static String url(String path) {
    return server.url() + path;
  }

  private static JsonNode json(HttpResponse<String> response) throws Exception {
    return Json.MAPPER.readTree(response.body());
  }

  private String signedIn(String person) throws Exception {
    browser.follow(url("/auth/sign-in?as=" + person + "&return=/auth/session"));
    return json(browser.step(url("/auth/session"))).get("csrf_token").asText();
  }

  @Test
  void linkWithANameSignsInByRedirectsOnly() throws Exception {
    HttpResponse<String> page =
        browser.follow(url("/auth/sign-in?as=bob&return=" + Browser.encode("/auth/session?x=1")));
    assertThat(page.uri()).hasToString(url("/auth/session?x=1"));
    assertThat(page.statusCode()).isEqualTo(200);
    JsonNode session = json(page);
    assertThat(session.get("person").toString())
        .isEqualTo("{\"id\":\"bob\",\"display_name\":\"Bob\",\"groups\":[\"dba\"],\"roles\":[]}");
    assertThat(session.get("csrf_token").asText()).hasSize(43);
    assertThat(session.get("signed_in_at").asText()).endsWith("Z");
    assertThat(page.headers().firstValue("Cache-Control")).contains("no-store");
  }

  @Test
  void auditorsAndOperatorsHoldTheirRoles() throws Exception {
    signedIn("dave");
    assertThat(json(browser.step(url("/auth/session"))).at("/person/roles/0").asText())
        .isEqualTo("auditor");
    signedIn("erin");
    assertThat(json(browser.step(url("/auth/session"))).at("/person/roles/0").asText())
        .isEqualTo("operator");
  }

  @Test
  void withoutANameThePageOffersThePeople() throws Exception {
    HttpResponse<String> page = browser.follow(url("/auth/sign-in?return=/auth/session"));
    assertThat(page.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
    assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("default-src 'self'");
    assertThat(page.body())
        .contains("Sign in as", "Alice", "Bob", "Carol", "Dave", "Erin")
        .doesNotContain("<script", "style=", "<style");
    var link = java.util.regex.Pattern.compile("href=\"(\\?[^\"]*login_hint=dave[^\"]*)\"");
    var found = link.matcher(page.body());
    assertThat(found.find()).isTrue();
    String chosen = url("/demo-issuer/authorize" + found.group(1).replace("&amp;", "&"));
    assertThat(json(browser.follow(chosen)).at("/person/id").asText()).isEqualTo("dave");
  }

  @Test
  void sessionCookieIsOutOfReachOfScriptsAndOtherSites() throws Exception {
    HttpResponse<String> callback = untilCallbackAnswer("alice");
    String cookie =
        callback.headers().allValues("Set-Cookie").stream()
            .filter(header -> header.startsWith("cs_session="))
            .findFirst()
            .orElseThrow();
    assertThat(cookie)
        .contains("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=28800")
        .doesNotContain("Secure");
    String value = browser.cookie("cs_session").orElseThrow().getValue();
    long stored =
        database
            .database()
            .jdbi()
            .withHandle(
                handle ->
                    handle
                        .createQuery(
                            "select count(*) from web_session where web_session::text like :value")
                        .bind("value", "%" + value + "%")
                        .mapTo(Long.class)
                        .one());
    assertThat(stored).isZero();
  }

  private HttpResponse<String> untilCallbackAnswer(String person) {
    return browser.step(callbackUrl(person));
  }

  /** Goes up to the provider's answer, which the browser has not followed yet. */
  private String callbackUrl(String person) {
    HttpResponse<String> begun =
        browser.step(url("/auth/sign-in?return=/auth/session&as=" + person));
    return Browser.location(browser.step(Browser.location(begun)));
  }

  @Test
  void answerOfTheProviderCountsOnce() {
    String callback = callbackUrl("alice");
    assertThat(browser.step(callback).statusCode()).isEqualTo(303);
    HttpResponse<String> again = browser.step(callback);
    assertThat(again.statusCode()).isEqualTo(401);
    assertThat(again.headers().allValues("Set-Cookie")).isEmpty();
  }

  @Test
  void answerInAnotherBrowserSignsNobodyIn() {
    String callback = callbackUrl("alice");
    Browser other = new Browser();
    assertThat(other.step(callback).statusCode()).isEqualTo(401);
    other.step(url("/auth/sign-in?as=bob"));
    assertThat(other.step(callback).statusCode()).isEqualTo(401);
    assertThat(other.cookie("cs_session")).isEmpty();
  }

  @Test
  void signInMeantForAnotherNonceIsRefused() {
    String callback = callbackUrl("alice");
    database
        .database()
        .jdbi()
        .useHandle(handle -> handle.execute("update sign_in set nonce = 'another'"));
    HttpResponse<String> answer = browser.step(callback);
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.body()).contains("answered another sign-in");
  }

  @Test
  void signInWithoutItsVerifierIsRefused() {
    String callback = callbackUrl("alice");
    database
        .database()
        .jdbi()
        .useHandle(
            handle -> handle.execute("update sign_in set code_verifier = ?", "x".repeat(43)));
    HttpResponse<String> answer = browser.step(callback);
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.body()).contains("did not accept");
  }

  @Test
  void providerAnswersACodeOnceAndOnlyToItsVerifier() throws Exception {
    String verifier = Secret.random();
    Map<String, String> form = tokenForm(code(verifier), verifier);
    form.put("code_verifier", Secret.random());
    assertThat(tokenError(form)).isEqualTo("invalid_grant");
    form.put("code_verifier", verifier);
    assertThat(tokenError(form)).isEqualTo("invalid_grant");

    Map<String, String> good = tokenForm(code(verifier), verifier);
    HttpResponse<String> tokens = browser.form(url("/demo-issuer/token"), good);
    assertThat(tokens.statusCode()).isEqualTo(200);
    SignedJWT idToken = SignedJWT.parse(json(tokens).get("id_token").asText());
    assertThat(idToken.getJWTClaimsSet().getAudience()).containsExactly("countersign-console");
    assertThat(tokenError(good)).isEqualTo("invalid_grant");
  }

  @Test
  void providerForgetsACodeAfterAMinute() throws Exception {
    String verifier = Secret.random();
    Map<String, String> form = tokenForm(code(verifier), verifier);
    CLOCK.advance(Duration.ofSeconds(61));
    assertThat(tokenError(form)).isEqualTo("invalid_grant");
  }

  @Test
  void providerSendsCodesToTheConsoleOnly() {
    String good = authorizeUrl("x".repeat(43));
    assertThat(browser.step(good).statusCode()).isEqualTo(303);
    for (String bad :
        List.of(
            good.replace("redirect_uri=http", "redirect_uri=http%3A%2F%2Fevil.example%2F%3F"),
            good.replace("client_id=countersign-console", "client_id=evil"),
            good.replace("S256", "plain"),
            good.replace("code_challenge=", "unused="))) {
      HttpResponse<String> answer = browser.step(bad);
      assertThat(answer.statusCode()).as(bad).isEqualTo(422);
      assertThat(answer.headers().firstValue("Location")).isEmpty();
    }
  }

  private static String authorizeUrl(String verifier) {
    String challenge =
        com.nimbusds.oauth2.sdk.pkce.CodeChallenge.compute(
                com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod.S256,
                new com.nimbusds.oauth2.sdk.pkce.CodeVerifier(verifier))
            .getValue();
    return url(
        "/demo-issuer/authorize?response_type=code&client_id=countersign-console&login_hint=bob"
            + "&state=s&nonce=n&code_challenge_method=S256&code_challenge="
            + challenge
            + "&redirect_uri="
            + Browser.encode(url("/auth/callback")));
  }

  private String code(String verifier) {
    return Browser.parameter(Browser.location(browser.step(authorizeUrl(verifier))), "code");
  }

  private static Map<String, String> tokenForm(String code, String verifier) {
    return new HashMap<>(
        Map.of(
            "grant_type",
            "authorization_code",
            "code",
            code,
            "client_id",
            "countersign-console",
            "redirect_uri",
            url("/auth/callback"),
            "code_verifier",
            verifier));
  }

  private String tokenError(Map<String, String> form) throws Exception {
    HttpResponse<String> answer = browser.form(url("/demo-issuer/token"), form);
    assertThat(answer.statusCode()).isEqualTo(400);
    return json(answer).get("error").asText();
  }

  @Test
  void signInNeverLeadsToAnotherSite() {
    for (String path :
        List.of(
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\r\nLocation: https://evil.example",
            "///evil.example",
            "javascript:alert(1)",
            "evil",
            "/" + "x".repeat(2_001))) {
      HttpResponse<String> answer =
          browser.step(url("/auth/sign-in?as=bob&return=" + Browser.encode(path)));
      assertThat(answer.statusCode()).as(path).isEqualTo(422);
      assertThat(answer.body()).contains("VALIDATION");
      assertThat(answer.headers().firstValue("Location")).isEmpty();
    }
  }

  @Test
  void changeNeedsTheSessionsToken() throws Exception {
    String token = signedIn("bob");
    assertThat(browser.step(url("/who")).body()).isEqualTo("PERSON bob [dba]console");
    HttpResponse<String> missing = browser.post(url("/who"));
    assertThat(missing.statusCode()).isEqualTo(403);
    assertThat(missing.body()).contains("FORBIDDEN");
    assertThat(browser.post(url("/who"), "X-CSRF-Token", Secret.random()).statusCode())
        .isEqualTo(403);
    assertThat(browser.post(url("/who"), "X-CSRF-Token", "").statusCode()).isEqualTo(403);
    assertThat(browser.post(url("/who"), "X-CSRF-Token", token).body()).isEqualTo("changed by bob");
    assertThat(browser.post(url("/auth/sign-out")).statusCode()).isEqualTo(403);
  }

  @Test
  void signOutEndsTheSessionForItsCookieToo() throws Exception {
    String token = signedIn("bob");
    String cookie = browser.cookie("cs_session").orElseThrow().getValue();
    assertThat(browser.post(url("/auth/sign-out"), "X-CSRF-Token", token).statusCode())
        .isEqualTo(204);
    assertThat(browser.cookie("cs_session")).isEmpty();
    HttpResponse<String> kept = new Browser().step(url("/who"), "Cookie", "cs_session=" + cookie);
    assertThat(kept.statusCode()).isEqualTo(401);
    assertThat(new Browser().post(url("/auth/sign-out")).statusCode()).isEqualTo(204);
  }

  @Test
  void newSignInEndsTheFormerSession() throws Exception {
    signedIn("bob");
    String former = browser.cookie("cs_session").orElseThrow().getValue();
    signedIn("alice");
    HttpResponse<String> kept = new Browser().step(url("/who"), "Cookie", "cs_session=" + former);
    assertThat(kept.statusCode()).isEqualTo(401);
  }

  @Test
  void sessionEndsAfterEightHours() throws Exception {
    signedIn("bob");
    CLOCK.advance(Duration.ofHours(8).minusSeconds(30));
    assertThat(browser.step(url("/who")).statusCode()).isEqualTo(200);
    CLOCK.advance(Duration.ofSeconds(31));
    HttpResponse<String> late =
        browser.step(
            url("/who"),
            "Cookie",
            "cs_session=" + browser.cookie("cs_session").orElseThrow().getValue());
    assertThat(late.statusCode()).isEqualTo(401);
    assertThat(late.body()).contains("UNAUTHENTICATED");
  }

  @Test
  void nobodySignedInIsSaidSo() {
    HttpResponse<String> answer = browser.step(url("/auth/session"));
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.body()).contains("UNAUTHENTICATED");
    assertThat(browser.step(url("/auth/session"), "Cookie", "cs_session=made-up").statusCode())
        .isEqualTo(401);
  }

  @Test
  void deactivatedPersonLosesTheSession() throws Exception {
    signedIn("erin");
    assertThat(browser.step(url("/who")).statusCode()).isEqualTo(200);
    activate("erin", false);
    try {
      assertThat(browser.step(url("/who")).statusCode()).isEqualTo(401);
      assertThat(browser.step(url("/auth/session")).statusCode()).isEqualTo(401);
      assertThat(untilCallbackAnswer("erin").statusCode()).isEqualTo(401);
    } finally {
      activate("erin", true);
    }
  }

  private static void activate(String person, boolean active) {
    database
        .database()
        .jdbi()
        .useExtension(PersonDao.class, people -> people.setActive(person, active));
  }

  @Test
  void demoTokensAreAccepted() {
    assertThat(call(server.demo().token("agent-1")).body()).isEqualTo("AGENT agent-1 []api");
    for (DemoIssuer.Person person : DemoIssuer.PEOPLE) {
      assertThat(call(server.demo().token(person.id())).body())
          .isEqualTo("PERSON " + person.id() + " " + person.groups() + "api");
    }
  }

  @Test
  void idTokenIsNoAccessToken() {
    String idToken = server.demo().idToken(DemoIssuer.PEOPLE.getFirst(), "n");
    assertThat(call(idToken).statusCode()).isEqualTo(401);
  }

  private HttpResponse<String> call(String token) {
    return browser.step(url("/who"), "Authorization", "Bearer " + token);
  }
}
