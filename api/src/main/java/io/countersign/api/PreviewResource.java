package io.countersign.api;

import io.countersign.action.Code;
import io.countersign.action.Json;
import io.countersign.api.identity.Caller;
import io.countersign.store.action.NewAction;
import io.countersign.store.action.Preview;
import io.countersign.store.action.PreviewDao;
import io.countersign.workflow.ActionEngine;
import io.dropwizard.auth.Auth;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/** Says what would become of a proposal. Nothing of it is kept and nothing of it runs. */
@Path("/v1/actions/preview")
@Produces(MediaType.APPLICATION_JSON)
public final class PreviewResource {
  private static final Duration ABANDONED = Duration.ofMinutes(1);

  private final Proposals proposals;
  private final Jdbi jdbi;
  private final ActionEngine engine;
  private final Clock clock;

  PreviewResource(Proposals proposals, Jdbi jdbi, ActionEngine engine, Clock clock) {
    this.proposals = proposals;
    this.jdbi = jdbi;
    this.engine = engine;
    this.clock = clock;
  }

  /** Takes the body of a proposal; a worker answers, because only it can ask the target. */
  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  public PreviewReply preview(@Auth Caller caller, InputStream body) {
    Instant now = clock.instant();
    NewAction action = proposals.read(body, caller, Set.of(), null, now);
    String id = UUID.randomUUID().toString();
    String question = Json.write(new Preview(action.proposal(), caller.idpGroups()));
    jdbi.useExtension(
        PreviewDao.class,
        previews -> {
          previews.forgetOlder(now.minus(ABANDONED));
          previews.ask(id, question, now);
        });
    try {
      if (!engine.preview(id)) {
        throw new ApiException(Code.UNAVAILABLE, "no worker answered in time, try again");
      }
      return jdbi.withExtension(PreviewDao.class, previews -> previews.answered(id))
          .map(answer -> PreviewReply.of(Json.read(answer, Preview.Answer.class)))
          .orElseThrow(
              () -> new ApiException(Code.UNAVAILABLE, "the worker does not know this target"));
    } finally {
      jdbi.useExtension(PreviewDao.class, previews -> previews.forget(id));
    }
  }
}
