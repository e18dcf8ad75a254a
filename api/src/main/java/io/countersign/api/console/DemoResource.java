package io.countersign.api.console;

import io.countersign.action.Json;
import io.countersign.api.identity.DemoIssuer;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;

/**
 * What the newcomer's page needs to play both sides. It hands out the demo agent's token, so it is
 * registered in {@code mode: demo} only.
 */
@Path("/v1/demo")
public final class DemoResource {
  private static final Map<String, String> ABOUT =
      Map.of(
          "alice", "dba and security, but one person fills one seat",
          "bob", "dba",
          "carol", "dba too, yet agent-1 acts for her: she may not approve",
          "dave", "auditor: sees everything, decides nothing",
          "erin", "operator, no reviewer");

  private final DemoIssuer issuer;
  private final String publicUrl;

  /** What the page shows; {@code curl} asks as the agent from a terminal. */
  record Offer(List<Person> people, String agentToken, String target, String curl) {}

  /** Somebody to be. */
  record Person(
      String id, String displayName, List<String> groups, String about, String signInUrl) {}

  /**
   * @param publicUrl where people find the console, without a trailing slash
   */
  public DemoResource(DemoIssuer issuer, String publicUrl) {
    this.issuer = issuer;
    this.publicUrl = publicUrl;
  }

  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public Response offer() {
    String token = issuer.token(DemoIssuer.AGENT);
    Offer offer =
        new Offer(
            DemoIssuer.PEOPLE.stream().map(DemoResource::person).toList(),
            token,
            "shop",
            curl(token));
    return Response.ok(Json.write(offer)).header("Cache-Control", "no-store").build();
  }

  private static Person person(DemoIssuer.Person person) {
    return new Person(
        person.id(),
        person.displayName(),
        person.groups(),
        ABOUT.getOrDefault(person.id(), String.join(", ", person.groups())),
        "/auth/sign-in?as=" + person.id());
  }

  private String curl(String token) {
    return """
        TOKEN=%s
        curl -sS %s/v1/actions \\
          -H "Authorization: Bearer $TOKEN" \\
          -H 'Content-Type: application/json' -H 'Prefer: wait=10' \\
          -d '{"kind":"execute_sql","target":"shop",
               "arguments":{"sql":"select id, name, email from customers limit 3"},
               "reason":"a first look"}'\
        """
        .formatted(token, publicUrl);
  }
}
