package io.countersign.api.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jwt.JWTClaimsSet;
import io.countersign.action.Code;
import io.countersign.api.ApiException;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CallerClaimsTest {
  private static final IdentityConfig CONFIG =
      new IdentityConfig(
          "https://idp.example",
          "countersign",
          null,
          "sub",
          "groups",
          new IdentityConfig.Agents("client_id", List.of("agent-1", "agent-2")),
          "act",
          new IdentityConfig.Roles(List.of("auditors"), List.of("platform")),
          null);

  private final CallerClaims claims = new CallerClaims(CONFIG, InstantSource.system());

  private Caller read(JWTClaimsSet.Builder builder) {
    return claims.read(builder.build(), "api").caller();
  }

  private static JWTClaimsSet.Builder subject(String subject) {
    return new JWTClaimsSet.Builder().subject(subject);
  }

  private void assertRefused(JWTClaimsSet.Builder builder) {
    assertThatThrownBy(() -> read(builder))
        .isInstanceOfSatisfying(
            ApiException.class,
            refusal -> assertThat(refusal.code()).isEqualTo(Code.UNAUTHENTICATED));
  }

  @Test
  void agentWithAnAdminGroupStaysAnAgentWithoutRoles() {
    for (String claim : List.of("client_id", "azp")) {
      Caller caller =
          read(subject("carol").claim(claim, "agent-1").claim("groups", List.of("platform")));
      assertThat(caller.isPerson()).isFalse();
      assertThat(caller.id()).isEqualTo("agent-1");
      assertThat(caller.roles()).isEmpty();
      assertThat(caller.onBehalfOf()).isEqualTo("carol");
      assertThat(caller.actors()).containsExactly("carol");
    }
  }

  @Test
  void agentIsFoundBehindAnInnocentClient() {
    assertThat(read(subject("carol").claim("client_id", "web").claim("azp", "agent-2")).id())
        .isEqualTo("agent-2");
    assertThat(read(subject("agent-2").claim("client_id", "web")).isPerson()).isFalse();
    assertThat(read(subject("carol").claim("act", Map.of("sub", "agent-1"))).id())
        .isEqualTo("agent-1");
    assertThat(read(subject("carol").claim("act", Map.of("client_id", "agent-1"))).id())
        .isEqualTo("agent-1");
  }

  @Test
  void agentAloneActsForNobody() {
    assertThat(read(subject("agent-1").claim("client_id", "agent-1")).onBehalfOf()).isNull();
    Caller service =
        read(
            subject("0b7c")
                .claim("azp", "agent-1")
                .claim("preferred_username", "service-account-agent-1"));
    assertThat(service.onBehalfOf()).isNull();
    assertThat(service.actors()).containsExactly("0b7c");
  }

  @Test
  void actorChainIsReadToItsEnd() {
    Caller caller =
        read(
            subject("carol")
                .claim("client_id", "agent-1")
                .claim(
                    "act",
                    Map.of(
                        "sub",
                        "agent-1",
                        "act",
                        Map.of("sub", "agent-2", "act", Map.of("sub", "mallory")))));
    assertThat(caller.onBehalfOf()).isEqualTo("carol");
    assertThat(caller.actors()).containsExactlyInAnyOrder("carol", "agent-2", "mallory");
  }

  @Test
  void humanIsFoundInTheChainWhereTheSubjectIsTheAgent() {
    Caller caller =
        read(
            subject("agent-1")
                .claim("act", Map.of("sub", "agent-2", "act", Map.of("sub", "carol"))));
    assertThat(caller.id()).isEqualTo("agent-2");
    assertThat(caller.onBehalfOf()).isEqualTo("carol");
  }

  @Test
  void chainDeeperThanTenIsRefusedRatherThanCut() {
    assertThat(
            read(subject("carol").claim("client_id", "agent-1").claim("act", chain(10))).actors())
        .hasSize(11);
    assertRefused(subject("carol").claim("client_id", "agent-1").claim("act", chain(11)));
  }

  private static Map<String, Object> chain(int depth) {
    Map<String, Object> chain = Map.of("sub", "actor-" + depth);
    for (int i = depth - 1; i > 0; i--) {
      chain = Map.of("sub", "actor-" + i, "act", chain);
    }
    return chain;
  }

  @Test
  void chainThatCannotBeReadIsRefused() {
    for (Object act :
        List.of("agent-1", List.of(), Map.of(), Map.of("sub", 7), Map.of("sub", "a", "act", 1))) {
      assertRefused(subject("carol").claim("client_id", "agent-1").claim("act", act));
    }
  }

  @Test
  void unknownActorIsNoPerson() {
    assertRefused(subject("carol").claim("act", Map.of("sub", "robot")));
  }

  @Test
  void serviceAccountThatIsNoKnownAgentIsRefused() {
    assertRefused(subject("robot").claim("client_id", "robot"));
    assertRefused(subject("robot@clients").claim("azp", "robot"));
    assertRefused(subject("u").claim("azp", "r").claim("preferred_username", "service-account-r"));
    assertRefused(subject("u").claim("idtyp", "app"));
    assertRefused(subject("u").claim("gty", "client-credentials"));
  }

  @Test
  void strangeIdsAndGroupsAreRefused() {
    assertRefused(subject("a\u0000b"));
    assertRefused(subject("bob\u200b"));
    assertRefused(subject(" "));
    assertRefused(subject("x".repeat(256)));
    assertRefused(new JWTClaimsSet.Builder());
    assertRefused(subject("u").claim("groups", "dba"));
    assertRefused(subject("u").claim("groups", List.of(7)));
    assertRefused(subject("u").claim("groups", Collections.nCopies(501, "g")));
    assertRefused(subject("u").claim("client_id", List.of("agent-1")));
  }
}
