package io.countersign.api.identity;

import io.dropwizard.auth.AuthDynamicFeature;
import io.dropwizard.auth.AuthValueFactoryProvider;
import io.dropwizard.core.setup.Environment;
import java.net.URI;
import java.time.InstantSource;
import org.jdbi.v3.core.Jdbi;

/** Everything that tells who calls, wired together; contacts the provider when first needed. */
public final class Identity {
  private final IdentityConfig config;
  private final Jdbi jdbi;
  private final String publicUrl;
  private final InstantSource clock;
  private final Issuer issuer;
  private final SignedClaims signed;
  private final CallerClaims callers;
  private final People people;
  private final BearerAuthenticator bearer;
  private final SessionAuthenticator sessions;

  /**
   * @param publicUrl where browsers find this site, without a path
   */
  public Identity(IdentityConfig config, Jdbi jdbi, String publicUrl, InstantSource clock) {
    this.config = config;
    this.jdbi = jdbi;
    this.publicUrl = withoutSlash(publicUrl);
    this.clock = clock;
    this.issuer = new Issuer(config.issuer(), clock);
    this.signed = new SignedClaims(issuer, clock);
    this.callers = new CallerClaims(config, clock);
    this.people = new People(config.roles(), jdbi);
    this.bearer = new BearerAuthenticator(new TokenVerifier(config, signed, callers), people);
    this.sessions = new SessionAuthenticator(jdbi, people, clock);
  }

  /** Makes {@code @Auth Caller} parameters work, and adds the console's sign-in. */
  public void register(Environment environment) {
    var jersey = environment.jersey();
    jersey.register(new AuthDynamicFeature(new CallerFilter(bearer, sessions)));
    jersey.register(new AuthValueFactoryProvider.Binder<>(Caller.class));
    IdentityConfig.Console console = config.console();
    if (console != null) {
      URI redirect = URI.create(publicUrl + "/auth/callback");
      CodeFlow flow = new CodeFlow(console, redirect, issuer, signed, callers);
      jersey.register(new SignInResource(publicUrl, flow, people, sessions, jdbi, clock));
    }
  }

  /** For doors outside Jersey, which authenticate by themselves. */
  public BearerAuthenticator bearer() {
    return bearer;
  }

  static String withoutSlash(String url) {
    return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
  }
}
