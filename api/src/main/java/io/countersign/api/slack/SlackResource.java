package io.countersign.api.slack;

import io.countersign.action.Code;
import io.countersign.action.Decision;
import io.countersign.api.ApiException;
import io.countersign.api.BoundedBytes;
import io.countersign.api.ReviewResource;
import io.countersign.api.Votes;
import io.countersign.workflow.ButtonSeal;
import io.countersign.workflow.VoteReceipt;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What people press in Slack. Slack waits three seconds for an answer, so the work happens after
 * it; the one who pressed is told in words when a decision did not count.
 */
@Path("/slack/interactions")
@Produces(MediaType.APPLICATION_JSON)
public final class SlackResource implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SlackResource.class);
  private static final int MAX_REASON = 2_000;
  private static final int PATIENCE_MILLIS = 2_000;
  private static final String CHANNEL = "slack";
  private static final String FAILED =
      "Something failed here. Look at the action in the console before you try again.";

  private final SlackDoorConfig config;
  private final SlackRequestCheck check;
  private final ButtonSeal seal;
  private final SlackLinks links;
  private final SlackAnswers answers;
  private final Votes votes;
  private final ExecutorService work;

  /**
   * @param work runs what happens after the answer; closed by its owner
   */
  public SlackResource(
      SlackDoorConfig config,
      Jdbi jdbi,
      SlackLinks links,
      Votes votes,
      ExecutorService work,
      InstantSource clock) {
    this.config = config;
    this.check = new SlackRequestCheck(config.signingSecret(), jdbi, clock);
    this.seal = new ButtonSeal(config.signingSecret());
    this.links = links;
    this.answers = new SlackAnswers(config.api());
    this.votes = votes;
    this.work = work;
  }

  @POST
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  public Response interact(
      InputStream stream,
      @HeaderParam("X-Slack-Request-Timestamp") @Nullable String timestamp,
      @HeaderParam("X-Slack-Signature") @Nullable String signature) {
    String body = text(stream);
    if (signature == null || !check.isGenuine(timestamp, signature, body)) {
      throw unauthenticated("the request is not signed by Slack, or not within five minutes");
    }
    Interaction interaction =
        payload(body)
            .flatMap(Interaction::read)
            .orElseThrow(() -> new ApiException(Code.VALIDATION, "expected a Slack payload"));
    if (!isOurs(interaction.origin())) {
      throw unauthenticated("the request comes from another workspace or app");
    }
    if (!check.isNew(signature)) {
      throw unauthenticated("the request was handled already");
    }
    return switch (interaction) {
      case Interaction.Pressed pressed -> {
        work.execute(() -> press(pressed));
        yield Response.ok().build();
      }
      case Interaction.Reasoned reasoned -> submit(reasoned);
      case Interaction.Other other -> Response.ok().build();
    };
  }

  private void press(Interaction.Pressed pressed) {
    refused(() -> decide(pressed)).ifPresent(words -> answers.say(pressed.responseUrl(), words));
  }

  /** Answers why the press had no effect; empty where it had. */
  private Optional<String> decide(Interaction.Pressed pressed) {
    Optional<ButtonSeal.Button> button = seal.open(pressed.value());
    if (button.isEmpty()) {
      return Optional.of("This button is not one of ours; nothing was decided.");
    }
    Optional<String> person = person(pressed.origin());
    if (person.isEmpty()) {
      return Optional.of(unlinked(pressed.origin()));
    }
    if (pressed.button().equals("deny")) {
      votes.askReason(button.get().actionId(), pressed.triggerId());
      return Optional.empty();
    }
    return cast(button.get(), person.get(), Decision.APPROVE, "");
  }

  /** The dialog stays open until it is answered, so a refusal can be told in it. */
  private Response submit(Interaction.Reasoned reasoned) {
    String reason = reasoned.reason().replace("\0", "").strip();
    if (reason.isEmpty() || reason.length() > MAX_REASON) {
      String expected = "Say why, in 1 to %d characters".formatted(MAX_REASON);
      return Response.ok(Map.of("response_action", "errors", "errors", Map.of("reason", expected)))
          .build();
    }
    Optional<String> words = soon(() -> refused(() -> deny(reasoned, reason)));
    return Response.ok(
            words
                .<Map<String, Object>>map(SlackResource::told)
                .orElseGet(() -> Map.of("response_action", "clear")))
        .build();
  }

  private Optional<String> deny(Interaction.Reasoned reasoned, String reason) {
    Optional<ButtonSeal.Button> button = seal.open(reasoned.value());
    if (button.isEmpty()) {
      return Optional.of("This dialog is not one of ours; nothing was decided.");
    }
    Optional<String> person = person(reasoned.origin());
    return person.isEmpty()
        ? Optional.of(unlinked(reasoned.origin()))
        : cast(button.get(), person.get(), Decision.DENY, reason);
  }

  private Optional<String> cast(
      ButtonSeal.Button button, String person, Decision decision, String reason) {
    VoteReceipt receipt =
        votes.cast(button.actionId(), person, decision, button.digest(), reason, CHANNEL, null);
    Code code = receipt.code();
    return receipt.counted() || code == null
        ? Optional.empty()
        : Optional.of(notCounted(ReviewResource.words(code)));
  }

  /** Accounts of another workspace do not vote, linked or not. */
  private Optional<String> person(Interaction.Origin origin) {
    return origin.isAtHome() ? links.person(origin.team(), origin.user()) : Optional.empty();
  }

  private String unlinked(Interaction.Origin origin) {
    return origin.isAtHome()
        ? "Your Slack account is not linked to a person yet. Link it within ten minutes, then press"
            + " again: "
            + links.offer(origin.team(), origin.user())
        : notCounted("accounts of another workspace do not decide here");
  }

  private boolean isOurs(Interaction.Origin origin) {
    return (config.teamId() == null || config.teamId().equals(origin.team()))
        && (config.appId() == null || config.appId().equals(origin.app()));
  }

  private static String notCounted(String why) {
    return "Your decision was not counted: " + why + ".";
  }

  /** A fault is told as one, and its words stay here: they may quote data. */
  private static Optional<String> refused(Supplier<Optional<String>> attempt) {
    try {
      return attempt.get();
    } catch (ApiException e) {
      return Optional.of(notCounted(e.detail()));
    } catch (RuntimeException e) {
      LOG.error("an interaction in slack failed: {}", e.getClass().getName());
      return Optional.of(FAILED);
    }
  }

  /** What is not known within Slack's patience goes on without an answer; the card will tell. */
  private Optional<String> soon(Supplier<Optional<String>> attempt) {
    try {
      return CompletableFuture.supplyAsync(attempt, work)
          .get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      return Optional.of(FAILED);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of(FAILED);
    }
  }

  private static Map<String, Object> told(String words) {
    Map<String, Object> text = Map.of("type", "plain_text", "text", words);
    Map<String, Object> view =
        Map.of(
            "type", "modal",
            "title", Map.of("type", "plain_text", "text", "Not counted"),
            "blocks", List.of(Map.of("type", "section", "text", text)));
    return Map.of("response_action", "update", "view", view);
  }

  private static String text(InputStream stream) {
    try {
      return new String(BoundedBytes.read(stream), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new ApiException(Code.VALIDATION, "the body could not be read");
    }
  }

  private static Optional<String> payload(String body) {
    for (String pair : body.split("&")) {
      if (pair.startsWith("payload=")) {
        try {
          return Optional.of(
              URLDecoder.decode(pair.substring("payload=".length()), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException malformed) {
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }

  private static ApiException unauthenticated(String why) {
    return new ApiException(Code.UNAUTHENTICATED, why);
  }

  @Override
  public void close() {
    answers.close();
  }
}
