package io.countersign.api.identity;

import jakarta.annotation.Priority;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.Cookie;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.SecurityContext;
import java.security.Principal;

/**
 * Finds the caller of every method with an {@code @Auth} parameter: by bearer token, else by
 * session cookie. A bad token is refused though the cookie were good.
 */
@Priority(Priorities.AUTHENTICATION)
final class CallerFilter implements ContainerRequestFilter {
  private final BearerAuthenticator bearer;
  private final SessionAuthenticator sessions;

  CallerFilter(BearerAuthenticator bearer, SessionAuthenticator sessions) {
    this.bearer = bearer;
    this.sessions = sessions;
  }

  @Override
  public void filter(ContainerRequestContext request) {
    boolean secure = request.getSecurityContext().isSecure();
    request.setSecurityContext(new Identified(caller(request), secure));
  }

  private Caller caller(ContainerRequestContext request) {
    String authorization = request.getHeaderString(HttpHeaders.AUTHORIZATION);
    if (authorization != null) {
      return bearer.fromHeader(authorization);
    }
    Cookie cookie = request.getCookies().get(SessionAuthenticator.COOKIE);
    if (cookie == null) {
      throw SignedClaims.refused("`Authorization: Bearer` with a token is expected");
    }
    return sessions
        .authenticate(
            new SessionAuthenticator.Credentials(
                cookie.getValue(),
                request.getMethod(),
                request.getHeaderString(SessionAuthenticator.CSRF_HEADER)))
        .orElseThrow(() -> SignedClaims.refused("the session has ended; sign in again"));
  }

  private record Identified(Caller caller, boolean secure) implements SecurityContext {
    @Override
    public Principal getUserPrincipal() {
      return caller;
    }

    /** Roles are checked where they matter, by {@link Caller#roles}. */
    @Override
    public boolean isUserInRole(String role) {
      return false;
    }

    @Override
    public boolean isSecure() {
      return secure;
    }

    @Override
    public String getAuthenticationScheme() {
      return "countersign";
    }
  }
}
