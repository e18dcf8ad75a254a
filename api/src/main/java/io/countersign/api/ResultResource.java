package io.countersign.api;

import io.countersign.action.ActionStatus;
import io.countersign.action.Code;
import io.countersign.api.identity.Caller;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.ActionStore;
import io.countersign.store.result.ResultVault;
import io.dropwizard.auth.Auth;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.CacheControl;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.util.Map;

/** The rows an action returned, masked, for its requester only. */
@Path("/v1/actions")
@Produces(MediaType.APPLICATION_JSON)
public final class ResultResource {
  private final ActionStore actions;
  private final ResultVault results;
  private final Visibility visibility;
  private final Clock clock;

  ResultResource(ActionStore actions, ResultVault results, Visibility visibility, Clock clock) {
    this.actions = actions;
    this.results = results;
    this.visibility = visibility;
    this.clock = clock;
  }

  /** The result; reading it is evidence. GONE after its time to live. */
  @GET
  @Path("/{id}/result")
  public Response result(@Auth Caller caller, @PathParam("id") String id) {
    ActionRow row = visibility.own(caller, id);
    if (row.status() != ActionStatus.SUCCEEDED) {
      throw new ApiException(Code.NOT_FOUND, "the action has no result: it is " + row.status());
    }
    String result =
        results
            .read(row.id())
            .orElseThrow(() -> new ApiException(Code.GONE, "the result has expired"));
    actions.note(
        row.id(),
        new Event(
            clock.instant(),
            EventType.ACTION_RESULT_READ,
            row.id(),
            row.revision(),
            row.digest(),
            null,
            Actors.actor(caller),
            caller.onBehalfOf(),
            Event.Effect.NONE,
            null,
            null,
            Map.of()));
    CacheControl noStore = new CacheControl();
    noStore.setNoStore(true);
    return Response.ok(result).cacheControl(noStore).build();
  }
}
