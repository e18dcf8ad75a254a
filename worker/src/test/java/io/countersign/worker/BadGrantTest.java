package io.countersign.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.action.Json;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is refused of a proposal to grant a role, before anything is stored. */
class BadGrantTest {
  private final ApiClient api = ApiClient.of(DemoServer.start());

  static Stream<Arguments> argumentsOfGrants() {
    String days = "expected days, hours, minutes and seconds";
    String range = "between one second and 30 days";
    return Stream.of(
        bad("no role", "`arguments.role` is missing", grant -> grant.remove("role")),
        bad("blank role", "`arguments.role` is missing", grant -> grant.put("role", " ")),
        bad("long role", "longer than 63", grant -> grant.put("role", "r".repeat(64))),
        bad("role of 64 bytes", "63 bytes", grant -> grant.put("role", "\u00fc".repeat(32))),
        bad("NUL in role", "NUL", grant -> grant.put("role", "a\0b")),
        bad("no grantee", "`arguments.grantee` is missing", grant -> grant.remove("grantee")),
        bad("grantee is a list", "must be a string", grant -> grant.putArray("grantee")),
        bad("no duration", "`arguments.duration` is missing", g -> g.remove("duration")),
        bad("duration is a number", "must be a string", grant -> grant.put("duration", 3600)),
        bad("no ISO 8601", days, grant -> grant.put("duration", "1h")),
        bad("months", days, grant -> grant.put("duration", "P1M")),
        bad("years", days, grant -> grant.put("duration", "P1Y")),
        bad("weeks", days, grant -> grant.put("duration", "P1W")),
        bad("overflow", days, grant -> grant.put("duration", "P99999999999999999999D")),
        bad("no time at all", range, grant -> grant.put("duration", "PT0S")),
        bad("less than a second", range, grant -> grant.put("duration", "PT0.9S")),
        bad("negative", range, grant -> grant.put("duration", "-PT5M")),
        bad("beyond the cap", range, grant -> grant.put("duration", "P30DT1S")),
        bad("options", "`arguments.admin_option`", g -> g.put("admin_option", true)));
  }

  private static Arguments bad(String what, String expected, Consumer<ObjectNode> breaking) {
    return Arguments.of(what, expected, breaking);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("argumentsOfGrants")
  void badGrantIsRefused(String what, String expected, Consumer<ObjectNode> breaking) {
    ObjectNode body = ApiClient.proposal("").put("kind", "grant_role");
    ObjectNode grant = body.putObject("arguments");
    breaking.accept(
        grant.put("role", "reporting").put("grantee", "analyst").put("duration", "PT5M"));
    byte[] bytes = Json.write(body).getBytes(StandardCharsets.UTF_8);
    ApiClient.Answer answer = api.post("agent-1", "/v1/actions", bytes);
    assertThat(answer.http()).isEqualTo(422);
    assertThat(answer.body().path("code").asText()).isEqualTo("VALIDATION");
    assertThat(answer.body().path("detail").asText()).contains(expected);
  }

  @Test
  void grantWithoutAnEndIsRefusedAndTheWayToOneIsTold() {
    ApiClient.Answer asked = api.submit("agent-1", "grant reporting to analyst");
    ApiClient.Answer ended = api.ended("agent-1", asked.id());
    assertThat(ended.status()).isEqualTo("REFUSED");
    assertThat(ended.body().path("error").path("message").asText())
        .contains("ask for it as grant_role, with a duration");
  }
}
