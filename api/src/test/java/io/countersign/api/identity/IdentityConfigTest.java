package io.countersign.api.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.dropwizard.jackson.Jackson;
import java.util.List;
import org.junit.jupiter.api.Test;

class IdentityConfigTest {
  private final ObjectMapper mapper =
      Jackson.newObjectMapper()
          .enable(com.fasterxml.jackson.databind.DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  @Test
  void everyKeyIsRead() throws Exception {
    IdentityConfig config =
        mapper.readValue(
            """
            {"issuer": "https://idp.example", "audience": "countersign", "personClaim": "oid",
             "groupsClaim": "roles", "agents": {"claim": "azp", "allow": ["agent-1"]},
             "onBehalfOfClaim": "actor", "scope": "review",
             "roles": {"auditor": ["auditors"], "operator": ["platform"]},
             "console": {"clientId": "console", "clientSecret": "s3cret"}}
            """,
            IdentityConfig.class);
    assertThat(config.personClaim()).isEqualTo("oid");
    assertThat(config.groupsClaim()).isEqualTo("roles");
    assertThat(config.agents()).isEqualTo(new IdentityConfig.Agents("azp", List.of("agent-1")));
    assertThat(config.onBehalfOfClaim()).isEqualTo("actor");
    assertThat(config.roles().heldBy(List.of("platform"))).containsExactly(Caller.Role.OPERATOR);
    assertThat(config.toString()).doesNotContain("s3cret");
  }

  @Test
  void issuerAndAudienceAreEnough() throws Exception {
    IdentityConfig config =
        mapper.readValue(
            "{\"issuer\": \"https://idp.example\", \"audience\": \"a\"}", IdentityConfig.class);
    assertThat(config.personClaim()).isEqualTo("sub");
    assertThat(config.agents().allow()).isEmpty();
    assertThat(config.console()).isNull();
  }

  @Test
  void mistakesNameTheirKey() {
    assertMistake("{\"audience\": \"a\"}", "identity.issuer");
    assertMistake("{\"issuer\": \"idp\", \"audience\": \"a\"}", "identity.issuer");
    assertMistake("{\"issuer\": \"https://idp.example\"}", "identity.audience");
    assertMistake(
        "{\"issuer\": \"https://idp.example\", \"audience\": \"a\", \"console\": {}}",
        "identity.console.clientId");
    assertMistake(
        "{\"issuer\": \"https://idp.example\", \"audience\": \"a\", \"isuer\": 1}", "isuer");
  }

  private void assertMistake(String json, String key) {
    assertThatThrownBy(() -> mapper.readValue(json, IdentityConfig.class))
        .hasMessageContaining(key);
  }
}
