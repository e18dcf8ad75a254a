package io.countersign.api.identity;

import io.countersign.action.Json;
import io.countersign.api.ApiException;
import io.countersign.store.person.SessionDao;
import io.countersign.store.person.SessionDao.SignIn;
import jakarta.ws.rs.CookieParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.NewCookie;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Signs people in to the console, tells who is signed in, and signs them out. */
@Path("/auth")
public final class SignInResource {
  private static final String SIGN_IN_COOKIE = "cs_sign_in";
  private static final Duration SIGN_IN_TIME = Duration.ofMinutes(10);
  private static final int LONGEST_HINT = 255;

  private final String publicUrl;
  private final CodeFlow flow;
  private final People people;
  private final SessionAuthenticator sessions;
  private final Jdbi jdbi;
  private final InstantSource clock;

  /** What the console asks for at its start. */
  record SessionView(PersonView person, String csrfToken, Instant signedInAt) {}

  record PersonView(String id, String displayName, List<String> groups, List<String> roles) {}

  SignInResource(
      String publicUrl,
      CodeFlow flow,
      People people,
      SessionAuthenticator sessions,
      Jdbi jdbi,
      InstantSource clock) {
    this.publicUrl = publicUrl;
    this.flow = flow;
    this.people = people;
    this.sessions = sessions;
    this.jdbi = jdbi;
    this.clock = clock;
  }

  /**
   * Sends the browser to the identity provider.
   *
   * @param returnTo a path of this site to come back to
   * @param as whom to propose there
   */
  @GET
  @Path("/sign-in")
  public Response signIn(
      @QueryParam("return") @Nullable String returnTo, @QueryParam("as") @Nullable String as) {
    LocalPath path = LocalPath.orHome(returnTo);
    String hint = as == null || as.isBlank() || as.length() > LONGEST_HINT ? null : as;
    String state = Secret.random();
    Instant now = clock.instant();
    SignIn signIn =
        new SignIn(
            Secret.hash(state),
            Secret.random(),
            Secret.random(),
            path.value(),
            now.plus(SIGN_IN_TIME));
    URI provider = flow.authorization(state, signIn, hint);
    jdbi.useExtension(
        SessionDao.class,
        dao -> {
          dao.forgetExpired(now);
          dao.begin(signIn);
        });
    return redirect(provider).cookie(cookie(SIGN_IN_COOKIE, "/auth", state, SIGN_IN_TIME)).build();
  }

  /** The browser comes back from the identity provider. */
  @GET
  @Path("/callback")
  public Response callback(
      @QueryParam("code") @Nullable String code,
      @QueryParam("state") @Nullable String state,
      @CookieParam(SIGN_IN_COOKIE) @Nullable String begun,
      @CookieParam(SessionAuthenticator.COOKIE) @Nullable String former) {
    try {
      SignIn signIn = take(state, begun);
      if (code == null || code.isBlank()) {
        throw SignedClaims.refused("the identity provider did not sign you in");
      }
      String session = sessions.open(people.admit(flow.finish(code, signIn)));
      if (former != null) {
        sessions.close(former);
      }
      return redirect(URI.create(publicUrl + new LocalPath(signIn.returnTo()).value()))
          .cookie(
              cookie(SessionAuthenticator.COOKIE, "/", session, SessionAuthenticator.LIFETIME),
              cookie(SIGN_IN_COOKIE, "/auth", "", Duration.ZERO))
          .build();
    } catch (ApiException e) {
      return failed(e);
    }
  }

  /** Only the browser that began a sign-in can finish it, once. */
  private SignIn take(@Nullable String state, @Nullable String begun) {
    if (state == null || begun == null || !Secret.same(begun, state)) {
      throw SignedClaims.refused("this browser began no such sign-in");
    }
    Optional<SignIn> signIn =
        jdbi.withExtension(SessionDao.class, dao -> dao.take(Secret.hash(state), clock.instant()));
    return signIn.orElseThrow(() -> SignedClaims.refused("this sign-in is over"));
  }

  private static Response failed(ApiException refusal) {
    String body =
        """
        <p>You are not signed in: %s.</p>
        <p><a href="/auth/sign-in">Try again</a></p>\
        """
            .formatted(HtmlPage.escape(refusal.detail()));
    return HtmlPage.html(refusal.code().httpStatus(), "Sign-in failed", body);
  }

  /** Who is signed in, and the token that requests from the console must repeat. */
  @GET
  @Path("/session")
  @Produces(MediaType.APPLICATION_JSON)
  public Response session(@CookieParam(SessionAuthenticator.COOKIE) @Nullable String cookie) {
    SessionAuthenticator.SignedIn signedIn =
        Optional.ofNullable(cookie)
            .flatMap(sessions::find)
            .orElseThrow(() -> SignedClaims.refused("nobody is signed in"));
    Caller caller = signedIn.caller();
    SessionView view =
        new SessionView(
            new PersonView(caller.id(), caller.displayName(), caller.idpGroups(), rolesOf(caller)),
            signedIn.session().csrfToken(),
            signedIn.session().signedInAt());
    return Response.ok(Json.write(view)).header("Cache-Control", "no-store").build();
  }

  private static List<String> rolesOf(Caller caller) {
    return caller.roles().stream()
        .map(role -> role.name().toLowerCase(Locale.ROOT))
        .sorted()
        .toList();
  }

  /** Ends the session here; the identity provider's own session stays. */
  @POST
  @Path("/sign-out")
  public Response signOut(
      @CookieParam(SessionAuthenticator.COOKIE) @Nullable String cookie,
      @HeaderParam(SessionAuthenticator.CSRF_HEADER) @Nullable String csrfToken) {
    if (cookie != null) {
      var credentials = new SessionAuthenticator.Credentials(cookie, "POST", csrfToken);
      sessions.authenticate(credentials).ifPresent(person -> sessions.close(cookie));
    }
    return Response.noContent()
        .cookie(cookie(SessionAuthenticator.COOKIE, "/", "", Duration.ZERO))
        .build();
  }

  private static Response.ResponseBuilder redirect(URI to) {
    return Response.seeOther(to).header("Cache-Control", "no-store");
  }

  private NewCookie cookie(String name, String path, String value, Duration lifetime) {
    return new NewCookie.Builder(name)
        .value(value)
        .path(path)
        .maxAge((int) lifetime.toSeconds())
        .httpOnly(true)
        .secure(publicUrl.startsWith("https:"))
        .sameSite(NewCookie.SameSite.LAX)
        .build();
  }
}
