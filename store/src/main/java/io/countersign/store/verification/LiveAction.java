package io.countersign.store.verification;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.countersign.action.Arguments;
import io.countersign.action.Digest;
import io.countersign.action.Json;
import io.countersign.action.Limits;
import io.countersign.action.PrincipalType;
import io.countersign.action.Proposal;
import io.countersign.action.Requester;
import io.countersign.store.action.NewAction;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An action as its row has it, whatever somebody wrote there: nothing of it is read but here. */
public record LiveAction(
    String id,
    String kind,
    String target,
    String arguments,
    int maxRows,
    int statementTimeoutMs,
    String reason,
    @Nullable String ticket,
    String requesterType,
    String requesterId,
    @Nullable String onBehalfOf,
    String contentHash,
    int revision,
    String digest,
    String status,
    @Nullable String packet,
    @Nullable String packetDigest,
    @Nullable String outcome) {

  boolean isPersons() {
    return requesterType.equals("person");
  }

  /** The people whose ids are in the row. */
  Stream<String> people() {
    return Stream.concat(
        isPersons() ? Stream.of(requesterId) : Stream.empty(), Stream.ofNullable(onBehalfOf));
  }

  /** What would run as that revision; empty where the row does not say so any more. */
  Optional<Proposal> proposal(int asRevision) {
    try {
      Arguments what = Json.MAPPER.readValue(arguments, Arguments.class);
      if (what == null || !what.kind().wireName().equals(kind)) {
        return Optional.empty();
      }
      Requester who =
          new Requester(
              isPersons() ? PrincipalType.PERSON : PrincipalType.AGENT, requesterId, onBehalfOf);
      return Optional.of(
          new Proposal(target, what, who, asRevision, new Limits(maxRows, statementTimeoutMs)));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  Optional<String> digestAs(int asRevision) {
    return proposal(asRevision).map(would -> would.digest().value());
  }

  /** Of what was sent in, with its words. */
  Optional<String> requestHash() {
    return proposal(1).map(sent -> NewAction.contentHash(sent, reason, ticket).value());
  }

  /** Of the packet that is stored, as its text is. */
  Optional<String> packetHash() {
    return Optional.ofNullable(packet).map(text -> Digest.sha256(text).value());
  }

  /** What came of it; missing where nothing is stored that can be read. */
  JsonNode result() {
    try {
      return outcome == null ? MissingNode.getInstance() : Json.MAPPER.readTree(outcome);
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }
}
