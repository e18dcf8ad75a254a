package io.countersign.api;

import io.countersign.api.identity.DemoIssuer;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;

/** What a newcomer needs to play both roles; exists in {@code mode: demo} only. */
@Path("/v1/demo")
@Produces(MediaType.APPLICATION_JSON)
public final class DemoResource {
  private final String publicUrl;
  private final DemoIssuer issuer;

  public DemoResource(String publicUrl, DemoIssuer issuer) {
    this.publicUrl = publicUrl;
    this.issuer = issuer;
  }

  /** The demo's people, its agent's token, and a first request. */
  record DemoReply(List<DemoPerson> people, String agentToken, String curl) {}

  /** Somebody to be. */
  record DemoPerson(String id, String displayName, List<String> groups, String signInUrl) {}

  /** Anybody may ask: the demo signs in whoever asks. */
  @GET
  public DemoReply demo() {
    return new DemoReply(
        DemoIssuer.PEOPLE.stream().map(this::person).toList(),
        issuer.token(DemoIssuer.AGENT),
        curl());
  }

  private DemoPerson person(DemoIssuer.Person person) {
    return new DemoPerson(
        person.id(),
        person.displayName(),
        person.groups(),
        publicUrl + "/auth/sign-in?as=" + person.id() + "&return=/");
  }

  private String curl() {
    return """
        curl -s %s/v1/actions -H "authorization: Bearer $TOKEN" \\
          -H 'content-type: application/json' -H 'prefer: wait=10' \\
          -d '{"kind":"execute_sql","target":"shop","reason":"a first look",
               "arguments":{"sql":"select id, name, email from customers limit 3"}}'"""
        .formatted(publicUrl);
  }
}
