package io.countersign.api.identity;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who vouches for callers: the {@code identity} section of config.yml.
 *
 * @param issuer the OpenID provider; its discovery document is fetched when first needed
 * @param audience what an API token must be meant for
 * @param scope what an API token must carry, where the provider grants scopes
 * @param personClaim the claim with the immutable person id
 * @param groupsClaim the claim with the list of groups
 * @param onBehalfOfClaim the claim with the actor chain of RFC 8693
 * @param console how the console signs people in; absent, it does not
 */
public record IdentityConfig(
    String issuer,
    String audience,
    @Nullable String scope,
    String personClaim,
    String groupsClaim,
    Agents agents,
    String onBehalfOfClaim,
    Roles roles,
    @Nullable Console console) {

  /**
   * Which tokens are agents', who never review.
   *
   * @param claim the claim that names the client
   * @param allow its values, or subjects, that are agents
   */
  public record Agents(String claim, List<String> allow) {
    public Agents {
      allow = List.copyOf(allow);
    }

    @JsonCreator
    static Agents of(
        @JsonProperty("claim") @Nullable String claim,
        @JsonProperty("allow") @Nullable List<String> allow) {
      return new Agents(claim == null ? "client_id" : claim, allow == null ? List.of() : allow);
    }
  }

  /** The groups whose members audit and operate. */
  public record Roles(List<String> auditor, List<String> operator) {
    public Roles {
      auditor = List.copyOf(auditor);
      operator = List.copyOf(operator);
    }

    @JsonCreator
    static Roles of(
        @JsonProperty("auditor") @Nullable List<String> auditor,
        @JsonProperty("operator") @Nullable List<String> operator) {
      return new Roles(
          auditor == null ? List.of() : auditor, operator == null ? List.of() : operator);
    }

    /** What a person in these groups may do beyond reviewing. */
    public Set<Caller.Role> heldBy(Collection<String> groups) {
      EnumSet<Caller.Role> held = EnumSet.noneOf(Caller.Role.class);
      if (auditor.stream().anyMatch(groups::contains)) {
        held.add(Caller.Role.AUDITOR);
      }
      if (operator.stream().anyMatch(groups::contains)) {
        held.add(Caller.Role.OPERATOR);
      }
      return held;
    }
  }

  /**
   * The console as a client of the provider: code flow with PKCE.
   *
   * @param clientSecret absent for a public client
   * @param scopes asked for at sign-in; some providers give groups only for a scope of that name
   */
  public record Console(String clientId, @Nullable String clientSecret, List<String> scopes) {
    public Console {
      scopes = List.copyOf(scopes);
    }

    @JsonCreator
    static Console of(
        @JsonProperty("clientId") @Nullable String clientId,
        @JsonProperty("clientSecret") @Nullable String clientSecret,
        @JsonProperty("scopes") @Nullable List<String> scopes) {
      boolean secret = clientSecret != null && !clientSecret.isBlank();
      return new Console(
          required("console.clientId", clientId),
          secret ? clientSecret : null,
          scopes == null ? List.of("openid", "profile") : scopes);
    }

    /** Without the secret, for logs. */
    @Override
    public String toString() {
      return "Console[clientId=" + clientId + "]";
    }
  }

  @JsonCreator
  static IdentityConfig of(
      @JsonProperty("issuer") @Nullable String issuer,
      @JsonProperty("audience") @Nullable String audience,
      @JsonProperty("scope") @Nullable String scope,
      @JsonProperty("personClaim") @Nullable String personClaim,
      @JsonProperty("groupsClaim") @Nullable String groupsClaim,
      @JsonProperty("agents") @Nullable Agents agents,
      @JsonProperty("onBehalfOfClaim") @Nullable String onBehalfOfClaim,
      @JsonProperty("roles") @Nullable Roles roles,
      @JsonProperty("console") @Nullable Console console) {
    return new IdentityConfig(
        httpUrl(required("issuer", issuer)),
        required("audience", audience),
        scope,
        personClaim == null ? "sub" : personClaim,
        groupsClaim == null ? "groups" : groupsClaim,
        agents == null ? Agents.of(null, null) : agents,
        onBehalfOfClaim == null ? "act" : onBehalfOfClaim,
        roles == null ? Roles.of(null, null) : roles,
        console);
  }

  private static String httpUrl(String issuer) {
    URI uri = URI.create(issuer);
    boolean http = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
    if (!http || uri.getHost() == null || uri.getQuery() != null || uri.getFragment() != null) {
      throw new IllegalArgumentException("identity.issuer: expected an https URL without a query");
    }
    return issuer;
  }

  private static String required(String key, @Nullable String value) {
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException("identity." + key + ": expected a value");
    }
    return value;
  }
}
