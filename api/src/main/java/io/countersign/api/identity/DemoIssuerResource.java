package io.countersign.api.identity;

import com.nimbusds.oauth2.sdk.pkce.CodeChallenge;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import io.countersign.action.Code;
import io.countersign.action.Json;
import io.countersign.api.ApiException;
import jakarta.ws.rs.FormParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriBuilder;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The demo issuer over HTTP: discovery, keys, a page to choose who to be, and tokens. */
@Path("/demo-issuer")
public final class DemoIssuerResource {
  private static final Duration CODE_LIFETIME = Duration.ofSeconds(60);
  private static final int MOST_CODES = 1_000;

  private final DemoIssuer issuer;
  private final InstantSource clock;
  private final Map<String, Grant> grants = new ConcurrentHashMap<>();

  private record Grant(
      DemoIssuer.Person person, @Nullable String nonce, String challenge, Instant expiresAt) {}

  DemoIssuerResource(DemoIssuer issuer, InstantSource clock) {
    this.issuer = issuer;
    this.clock = clock;
  }

  @GET
  @Path("/.well-known/openid-configuration")
  @Produces(MediaType.APPLICATION_JSON)
  public String discovery() {
    return Json.write(
        Map.of(
            "issuer", issuer.url(),
            "authorization_endpoint", issuer.url() + "/authorize",
            "token_endpoint", issuer.url() + "/token",
            "jwks_uri", issuer.url() + "/jwks",
            "response_types_supported", List.of("code"),
            "subject_types_supported", List.of("public"),
            "id_token_signing_alg_values_supported", List.of("ES256"),
            "code_challenge_methods_supported", List.of("S256"),
            "token_endpoint_auth_methods_supported", List.of("none")));
  }

  @GET
  @Path("/jwks")
  @Produces(MediaType.APPLICATION_JSON)
  public String jwks() {
    return issuer.publicKeys().toString(true);
  }

  /** Shows whom one can be; with a {@code login_hint} that is settled already. */
  @GET
  @Path("/authorize")
  public Response authorize(
      @QueryParam("client_id") @Nullable String clientId,
      @QueryParam("redirect_uri") @Nullable String redirect,
      @QueryParam("response_type") @Nullable String responseType,
      @QueryParam("state") @Nullable String state,
      @QueryParam("nonce") @Nullable String nonce,
      @QueryParam("code_challenge") @Nullable String challenge,
      @QueryParam("code_challenge_method") @Nullable String method,
      @QueryParam("login_hint") @Nullable String hint,
      @Context UriInfo here) {
    boolean known = DemoIssuer.CONSOLE.equals(clientId) && issuer.callback().equals(redirect);
    if (!known || !"code".equals(responseType)) {
      throw new ApiException(Code.VALIDATION, "the console's sign-in is expected");
    }
    if (challenge == null || challenge.isBlank() || !"S256".equals(method)) {
      throw new ApiException(Code.VALIDATION, "PKCE with S256 is expected");
    }
    Optional<DemoIssuer.Person> person = Optional.ofNullable(hint).flatMap(DemoIssuer::person);
    if (person.isEmpty()) {
      return choice(here.getRequestUriBuilder());
    }
    UriBuilder back = UriBuilder.fromUri(issuer.callback());
    back.queryParam("code", "{code}").queryParam("state", "{state}");
    String code = grant(person.get(), nonce, challenge);
    URI location = back.build(code, state == null ? "" : state);
    return Response.seeOther(location).header("Cache-Control", "no-store").build();
  }

  private static Response choice(UriBuilder here) {
    String people =
        DemoIssuer.PEOPLE.stream()
            .map(person -> line(person, here.clone().replaceQueryParam("login_hint", person.id())))
            .collect(Collectors.joining("\n"));
    return HtmlPage.html(200, "Sign in as", "<ul class=\"people\">\n" + people + "\n</ul>");
  }

  private static String line(DemoIssuer.Person person, UriBuilder link) {
    URI target = link.build();
    String query = HtmlPage.escape("?" + target.getRawQuery());
    return "<li><a href=\"%s\">%s</a> %s</li>"
        .formatted(
            query,
            HtmlPage.escape(person.displayName()),
            HtmlPage.escape(String.join(", ", person.groups())));
  }

  private String grant(DemoIssuer.Person person, @Nullable String nonce, String challenge) {
    Instant now = clock.instant();
    grants.values().removeIf(grant -> !now.isBefore(grant.expiresAt()));
    if (grants.size() >= MOST_CODES) {
      throw new ApiException(Code.RATE_LIMITED, "too many sign-ins at once; wait a minute");
    }
    String code = Secret.random();
    grants.put(Secret.hash(code), new Grant(person, nonce, challenge, now.plus(CODE_LIFETIME)));
    return code;
  }

  /** Gives tokens for a code, once, to whoever holds its verifier. */
  @POST
  @Path("/token")
  @Produces(MediaType.APPLICATION_JSON)
  public Response token(
      @FormParam("grant_type") @Nullable String grantType,
      @FormParam("code") @Nullable String code,
      @FormParam("redirect_uri") @Nullable String redirect,
      @FormParam("client_id") @Nullable String clientId,
      @FormParam("code_verifier") @Nullable String verifier) {
    if (!"authorization_code".equals(grantType)) {
      return error("unsupported_grant_type");
    }
    if (!DemoIssuer.CONSOLE.equals(clientId)) {
      return error("invalid_client");
    }
    Grant grant = code == null ? null : grants.remove(Secret.hash(code));
    boolean valid =
        grant != null
            && clock.instant().isBefore(grant.expiresAt())
            && issuer.callback().equals(redirect)
            && verifier != null
            && isProof(verifier, grant.challenge());
    return grant != null && valid ? tokens(grant) : error("invalid_grant");
  }

  private static boolean isProof(String verifier, String challenge) {
    try {
      CodeChallenge computed =
          CodeChallenge.compute(CodeChallengeMethod.S256, new CodeVerifier(verifier));
      return Secret.same(challenge, computed.getValue());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private Response tokens(Grant grant) {
    Map<String, Object> tokens =
        Map.of(
            "id_token",
            issuer.idToken(grant.person(), grant.nonce()),
            "access_token",
            issuer.token(grant.person().id()),
            "token_type",
            "Bearer",
            "expires_in",
            43_200);
    return Response.ok(Json.write(tokens)).header("Cache-Control", "no-store").build();
  }

  private static Response error(String code) {
    return Response.status(Response.Status.BAD_REQUEST)
        .header("Cache-Control", "no-store")
        .entity(Json.write(Map.of("error", code)))
        .build();
  }
}
