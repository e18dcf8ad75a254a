package io.countersign.api;

import io.countersign.action.ActionId;
import io.countersign.action.Operation;
import io.countersign.action.Proposal;
import io.countersign.action.Requester;
import io.countersign.action.Target;
import io.countersign.api.identity.Caller;
import io.countersign.sql.StatementAnalyser;
import io.countersign.store.action.NewAction;
import java.io.InputStream;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads what an agent proposes: everything is checked before anything is stored. */
final class Proposals {
  private static final Set<String> FIELDS =
      Set.of("kind", "target", "arguments", "reason", "ticket", "on_behalf_of");
  private static final int MAX_REASON = 2_000;

  private final Map<String, Target> targets;
  private final ArgumentsReader reader;

  /**
   * @param operations that are declared, by name
   */
  Proposals(
      Map<String, Target> targets,
      Map<String, Operation> operations,
      StatementAnalyser analyser,
      RowLimits limits) {
    this.targets = Map.copyOf(targets);
    this.reader = new ArgumentsReader(analyser, limits, operations);
  }

  /**
   * @param owners people who own the calling agent
   */
  NewAction read(
      InputStream body,
      Caller caller,
      Set<String> owners,
      @Nullable String idempotencyKey,
      Instant now) {
    Body request = Body.read(body, FIELDS);
    ArgumentsReader.Asked asked = reader.read(request);
    String target = request.string("target", 128);
    if (!targets.containsKey(target)) {
      throw Body.refusal(
          "unknown target `%s`; GET /v1/targets lists them".formatted(Body.shown(target)));
    }
    String reason = request.string("reason", MAX_REASON);
    Optional<String> ticket = request.optionalString("ticket", 128);
    Optional<String> claimed = request.optionalString("on_behalf_of", 256).map(Proposals::personId);
    String onBehalfOf = caller.onBehalfOf() != null ? caller.onBehalfOf() : claimed.orElse(null);
    Proposal proposal =
        new Proposal(
            target,
            asked.arguments(),
            new Requester(caller.type(), caller.id(), onBehalfOf),
            1,
            asked.limits());
    return new NewAction(
        ActionId.random(),
        proposal,
        reason,
        ticket.orElse(null),
        caller.idpGroups(),
        parties(caller, owners, claimed),
        idempotencyKey,
        NewAction.contentHash(proposal, reason, ticket.orElse(null)).value(),
        now);
  }

  /** R1: whoever stands behind the request, in any role, never approves it. */
  private static Set<String> parties(Caller caller, Set<String> owners, Optional<String> claimed) {
    Set<String> parties = new HashSet<>(owners);
    parties.add(caller.id());
    parties.addAll(caller.actors());
    if (caller.onBehalfOf() != null) {
      parties.add(caller.onBehalfOf());
    }
    claimed.ifPresent(parties::add);
    return parties;
  }

  private static String personId(String text) {
    return text.startsWith("person:") ? text.substring("person:".length()) : text;
  }
}
