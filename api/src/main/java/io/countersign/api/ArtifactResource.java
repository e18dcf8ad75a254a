package io.countersign.api;

import io.countersign.action.ActionKind;
import io.countersign.action.ActionStatus;
import io.countersign.action.Code;
import io.countersign.api.identity.Caller;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.ActionStore;
import io.countersign.store.result.ArtifactReader;
import io.countersign.store.result.ArtifactVault;
import io.countersign.store.result.ArtifactVault.Artifact;
import io.dropwizard.auth.Auth;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.ResponseBuilder;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * The file an export wrote, for its requester only, once: what left is in evidence before its first
 * byte leaves, and how far it came afterwards.
 */
@Path("/v1/actions")
public final class ArtifactResource {
  private static final String GONE =
      "the file was downloaded or has expired; it takes a new action to export again";

  private final Jdbi jdbi;
  private final ActionStore actions;
  private final ArtifactVault artifacts;
  private final Visibility visibility;
  private final Clock clock;

  ArtifactResource(
      Jdbi jdbi, ActionStore actions, ArtifactVault artifacts, Visibility visibility, Clock clock) {
    this.jdbi = jdbi;
    this.actions = actions;
    this.artifacts = artifacts;
    this.visibility = visibility;
    this.clock = clock;
  }

  /** What a download would bring; unlike the download itself it can be asked again and again. */
  @HEAD
  @Path("/{id}/artifact")
  public Response head(@Auth Caller caller, @PathParam("id") String id) {
    ActionRow row = finished(caller, id);
    Artifact artifact =
        artifacts
            .find(row.id())
            .filter(found -> found.state() == ArtifactVault.State.READY)
            .orElseThrow(() -> new ApiException(Code.GONE, GONE));
    return headers(
            Response.ok(),
            row,
            artifact.format(),
            artifact.bytes(),
            String.valueOf(artifact.sha256()))
        .build();
  }

  /** The file. Its only download begins with the answer, whether it arrives or not. */
  @GET
  @Path("/{id}/artifact")
  public Response download(
      @Auth Caller caller,
      @PathParam("id") String id,
      @HeaderParam("Sec-Fetch-Site") @Nullable String site) {
    if ("cross-site".equals(site)) {
      throw new ApiException(Code.FORBIDDEN, "another site may not start a download");
    }
    ActionRow row = finished(caller, id);
    ArtifactReader file =
        jdbi.inTransaction(
            handle -> {
              ArtifactReader taken =
                  artifacts
                      .take(handle, row.id())
                      .orElseThrow(() -> new ApiException(Code.GONE, GONE));
              Map<String, Object> whole = Map.of("bytes", taken.bytes(), "sha256", taken.sha256());
              actions.note(
                  handle, row.id(), event(row, caller, EventType.ARTIFACT_REQUESTED, whole));
              return taken;
            });
    StreamingOutput body = out -> send(file, row, caller, out);
    return headers(Response.ok(body), row, file.format(), file.bytes(), file.sha256()).build();
  }

  private ActionRow finished(Caller caller, String id) {
    ActionRow row = visibility.own(caller, id);
    if (row.kind() != ActionKind.EXPORT_DATA) {
      throw new ApiException(
          Code.NOT_FOUND, "the action has no file: it is of kind " + row.kind().wireName());
    }
    if (row.status() != ActionStatus.SUCCEEDED) {
      throw new ApiException(Code.NOT_FOUND, "the action has no file: it is " + row.status());
    }
    return row;
  }

  private void send(ArtifactReader file, ActionRow row, Caller caller, OutputStream out)
      throws IOException {
    boolean isWhole = false;
    try {
      file.writeTo(out);
      isWhole = true;
    } finally {
      EventType end = isWhole ? EventType.ARTIFACT_SENT : EventType.ARTIFACT_BROKEN;
      actions.note(row.id(), event(row, caller, end, Map.of("bytes", file.sent())));
      file.shred();
    }
  }

  private static ResponseBuilder headers(
      ResponseBuilder reply, ActionRow row, String format, long bytes, String sha256) {
    String type =
        format.equals("csv") ? "text/csv; charset=utf-8; header=present" : "application/jsonl";
    byte[] digest = HexFormat.of().parseHex(sha256.substring("sha256:".length()));
    // An action's id is letters and digits: nothing of the requester's is in the name.
    return reply
        .header("Content-Type", type)
        .header("Content-Length", bytes)
        .header("Content-Disposition", "attachment; filename=\"%s.%s\"".formatted(row.id(), format))
        .header("Repr-Digest", "sha-256=:" + Base64.getEncoder().encodeToString(digest) + ":")
        .header("X-Content-Type-Options", "nosniff")
        .header("Content-Security-Policy", "default-src 'none'; sandbox")
        .header("Cache-Control", "no-store");
  }

  private Event event(ActionRow row, Caller caller, EventType type, Map<String, Object> details) {
    return new Event(
        clock.instant(),
        type,
        row.id(),
        row.revision(),
        row.digest(),
        null,
        Actors.actor(caller),
        caller.onBehalfOf(),
        Event.Effect.NONE,
        null,
        null,
        details);
  }
}
