package io.countersign.api.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.action.Json;
import io.countersign.api.identity.DemoIssuer;
import jakarta.ws.rs.core.Response;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class DemoResourceTest {
  private static final String URL = "http://localhost:8080";

  private final Response response =
      new DemoResource(new DemoIssuer(URL, null, InstantSource.system()), URL).offer();
  private final JsonNode offer = Json.read((String) response.getEntity(), JsonNode.class);

  @Test
  void everySeededPersonHasASignInLinkOfThisSite() {
    assertThat(offer.get("people")).hasSize(DemoIssuer.PEOPLE.size());
    assertThat(offer.get("people"))
        .allSatisfy(
            person -> {
              assertThat(person.get("sign_in_url").asText()).startsWith("/auth/sign-in?as=");
              assertThat(person.get("display_name").asText()).isNotBlank();
              assertThat(person.get("about").asText()).isNotBlank();
            });
  }

  @Test
  void theCommandCarriesTheAgentsToken() {
    String token = offer.get("agent_token").asText();
    assertThat(token.split("\\.")).hasSize(3);
    assertThat(offer.get("curl").asText()).contains("TOKEN=" + token, URL + "/v1/actions");
  }

  @Test
  void tokensAreNotKeptByCaches() {
    assertThat(response.getHeaderString("Cache-Control")).isEqualTo("no-store");
  }
}
