package io.countersign.api.slack;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.action.Code;
import io.countersign.action.Json;
import io.countersign.api.ApiException;
import io.countersign.api.identity.Caller;
import io.countersign.audit.Event;
import io.countersign.store.person.SlackLinkDao;
import io.dropwizard.auth.Auth;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Binds a Slack account to the signed-in person. */
@Path("/v1/slack/link")
@Produces(MediaType.APPLICATION_JSON)
public final class SlackLinkResource {
  private static final int MAX_BYTES = 1_024;

  private final SlackLinks links;

  public SlackLinkResource(SlackLinks links) {
    this.links = links;
  }

  /** A linked or offered account; {@code linkedAt} is null while it is only offered. */
  record LinkReply(String teamId, String userId, @Nullable Instant linkedAt) {}

  /** A page of links; there is never a second one. */
  record LinksReply(List<LinkReply> items, @Nullable String nextCursor) {}

  /** Says which account a code stands for, so that a page can ask before it binds. */
  @POST
  @Path("/preview")
  @Consumes(MediaType.APPLICATION_JSON)
  public LinkReply preview(@Auth Caller caller, InputStream body) {
    person(caller);
    return links.offered(code(body)).map(SlackLinkResource::reply).orElseThrow(this::gone);
  }

  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  public LinkReply link(@Auth Caller caller, InputStream body) {
    Event.Actor person = person(caller);
    return links.link(code(body), person).map(SlackLinkResource::reply).orElseThrow(this::gone);
  }

  @GET
  public LinksReply mine(@Auth Caller caller) {
    List<LinkReply> items =
        links.ofPerson(person(caller).id()).stream()
            .map(link -> new LinkReply(link.teamId(), link.userId(), link.linkedAt()))
            .toList();
    return new LinksReply(items, null);
  }

  @DELETE
  public void unlink(@Auth Caller caller) {
    links.unlink(person(caller));
  }

  private static Event.Actor person(Caller caller) {
    if (!caller.isPerson()) {
      throw new ApiException(Code.FORBIDDEN, "only a person has a Slack account to link");
    }
    return new Event.Actor("person", caller.id(), caller.channel());
  }

  private static LinkReply reply(SlackLinkDao.Account account) {
    return new LinkReply(account.teamId(), account.userId(), null);
  }

  private ApiException gone() {
    return new ApiException(
        Code.GONE, "this code was used or has expired; press the button in Slack again");
  }

  private static String code(InputStream body) {
    return read(body)
        .filter(JsonNode::isObject)
        .filter(request -> request.size() == 1)
        .map(request -> request.path("code"))
        .filter(JsonNode::isTextual)
        .map(JsonNode::textValue)
        .filter(code -> code.matches("[A-Za-z0-9_-]{43}"))
        .orElseThrow(
            () -> new ApiException(Code.VALIDATION, "expected {\"code\": the code of the link}"));
  }

  private static Optional<JsonNode> read(InputStream body) {
    try {
      return Optional.ofNullable(Json.MAPPER.readTree(body.readNBytes(MAX_BYTES)));
    } catch (IOException malformed) {
      return Optional.empty();
    }
  }
}
