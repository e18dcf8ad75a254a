package io.countersign.api;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.api.identity.Caller;
import io.countersign.store.ChangeFeed;
import io.countersign.store.action.ActionDao;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.ActionStore;
import io.dropwizard.auth.Auth;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Changes as they happen, for consoles: server-sent events of what the caller may see. */
@Path("/v1/events")
public final class EventStreamResource {
  private static final int BACKLOG = 1_000;
  private static final long HEARTBEAT_SECONDS = 15;

  private final ActionStore actions;
  private final ChangeFeed feed;

  EventStreamResource(ActionStore actions, ChangeFeed feed) {
    this.actions = actions;
    this.feed = feed;
  }

  /** That an action changed; what it is now is one GET away. */
  record Changed(ActionId id, ActionStatus status, Instant changedAt) {}

  /** Streams until the client leaves; {@code Last-Event-ID} resumes after that change. */
  @GET
  @Produces(MediaType.SERVER_SENT_EVENTS)
  public void stream(
      @Auth Caller caller,
      @HeaderParam("Last-Event-ID") @Nullable String lastEventId,
      @Context SseEventSink sink,
      @Context Sse sse) {
    BlockingQueue<String> changed = new LinkedBlockingQueue<>(BACKLOG);
    Thread.ofVirtual()
        .name("event-stream")
        .start(() -> stream(caller, lastEventId, sink, sse, changed));
  }

  private void stream(
      Caller caller,
      @Nullable String lastEventId,
      SseEventSink sink,
      Sse sse,
      BlockingQueue<String> changed) {
    try (SseEventSink open = sink;
        AutoCloseable subscription = feed.subscribe(changed::offer)) {
      sendMissed(caller, lastEventId, open, sse);
      while (!open.isClosed()) {
        String id = changed.poll(HEARTBEAT_SECONDS, TimeUnit.SECONDS);
        if (id == null) {
          send(open, sse.newEventBuilder().comment("still here").build());
          continue;
        }
        Optional<ActionRow> row = actions.find(new ActionId(id));
        if (row.isPresent() && Visibility.maySee(caller, row.get())) {
          send(open, event(sse, row.get()));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception clientLeft) {
      // The client closed the connection; there is nobody to tell.
      sink.close();
    }
  }

  private void sendMissed(Caller caller, @Nullable String lastEventId, SseEventSink sink, Sse sse)
      throws Exception {
    Instant since = since(lastEventId);
    if (since == null) {
      send(sink, sse.newEventBuilder().comment("listening").build());
      return;
    }
    for (ActionRow row : actions.list(visibleTo(caller)).reversed()) {
      if (row.changedAt().isAfter(since)) {
        send(sink, event(sse, row));
      }
    }
  }

  private static void send(SseEventSink sink, OutboundSseEvent event) throws Exception {
    sink.send(event).toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private static OutboundSseEvent event(Sse sse, ActionRow row) {
    return sse.newEventBuilder()
        .id(row.changedAt().toString())
        .name("action")
        .mediaType(MediaType.APPLICATION_JSON_TYPE)
        .data(Changed.class, new Changed(row.id(), row.status(), row.changedAt()))
        .build();
  }

  private static @Nullable Instant since(@Nullable String lastEventId) {
    try {
      return lastEventId == null ? null : Instant.parse(lastEventId);
    } catch (DateTimeParseException notOurs) {
      return null;
    }
  }

  private static ActionDao.ActionFilter visibleTo(Caller caller) {
    return new ActionDao.ActionFilter(
        null,
        null,
        null,
        null,
        caller.isAuditor(),
        caller.isPerson() && caller.isOperator(),
        caller.type().wireName(),
        caller.id(),
        caller.idpGroups(),
        null,
        null,
        BACKLOG);
  }
}
