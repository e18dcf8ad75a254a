package io.countersign.api.identity;

import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import io.countersign.action.Code;
import io.countersign.api.ApiException;
import io.countersign.store.person.SessionDao.SignIn;
import java.io.IOException;
import java.net.URI;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The console as a client of the provider: authorization code with PKCE (RFC 7636). */
final class CodeFlow {
  private static final Set<String> ID_TOKEN_TYPES = Set.of("jwt");

  private final IdentityConfig.Console client;
  private final URI redirect;
  private final Issuer issuer;
  private final SignedClaims signed;
  private final CallerClaims callers;

  CodeFlow(
      IdentityConfig.Console client,
      URI redirect,
      Issuer issuer,
      SignedClaims signed,
      CallerClaims callers) {
    this.client = client;
    this.redirect = redirect;
    this.issuer = issuer;
    this.signed = signed;
    this.callers = callers;
  }

  /** Where to send the browser. */
  URI authorization(String state, SignIn signIn, @Nullable String loginHint) {
    return new AuthenticationRequest.Builder(
            ResponseType.CODE,
            new Scope(client.scopes().toArray(String[]::new)),
            new ClientID(client.clientId()),
            redirect)
        .endpointURI(issuer.metadata().getAuthorizationEndpointURI())
        .state(new State(state))
        .nonce(new Nonce(signIn.nonce()))
        .codeChallenge(new CodeVerifier(signIn.codeVerifier()), CodeChallengeMethod.S256)
        .loginHint(loginHint)
        .build()
        .toURI();
  }

  /** The person that the provider signed in; refuses with UNAUTHENTICATED or UNAVAILABLE. */
  Vouched finish(String code, SignIn signIn) {
    JWT idToken = exchange(code, signIn).getOIDCTokens().getIDToken();
    JWTClaimsSet claims = signed.read(idToken.serialize(), client.clientId(), ID_TOKEN_TYPES);
    if (!(claims.getClaim("nonce") instanceof String nonce)
        || !Secret.same(signIn.nonce(), nonce)) {
      throw SignedClaims.refused("the identity provider answered another sign-in");
    }
    if (claims.getAudience().size() > 1 && !client.clientId().equals(claims.getClaim("azp"))) {
      throw SignedClaims.refused("the identity provider answered another client");
    }
    Vouched vouched = callers.read(claims, "console");
    if (!vouched.caller().isPerson()) {
      throw SignedClaims.refused("only people sign in to the console");
    }
    return vouched;
  }

  private OIDCTokenResponse exchange(String code, SignIn signIn) {
    try {
      HTTPRequest request = tokenRequest(code, signIn).toHTTPRequest();
      request.setConnectTimeout(Issuer.TIMEOUT_MILLIS);
      request.setReadTimeout(Issuer.TIMEOUT_MILLIS);
      request.setFollowRedirects(false);
      TokenResponse response = OIDCTokenResponseParser.parse(request.send());
      if (response instanceof OIDCTokenResponse tokens
          && tokens.getOIDCTokens().getIDToken() != null) {
        return tokens;
      }
      throw SignedClaims.refused("the identity provider did not accept the sign-in");
    } catch (IOException e) {
      throw new ApiException(
          Code.UNAVAILABLE, "the identity provider cannot be reached; try again later");
    } catch (ParseException e) {
      throw SignedClaims.refused("the identity provider's answer cannot be read");
    }
  }

  private TokenRequest tokenRequest(String code, SignIn signIn) {
    URI endpoint = issuer.metadata().getTokenEndpointURI();
    ClientID id = new ClientID(client.clientId());
    AuthorizationCodeGrant grant =
        new AuthorizationCodeGrant(
            new AuthorizationCode(code), redirect, new CodeVerifier(signIn.codeVerifier()));
    String secret = client.clientSecret();
    return secret == null
        ? new TokenRequest(endpoint, id, grant, null)
        : new TokenRequest(
            endpoint,
            new ClientSecretBasic(id, new com.nimbusds.oauth2.sdk.auth.Secret(secret)),
            grant,
            null);
  }
}
