package io.countersign.action;

import io.countersign.audit.CanonicalJson;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What will run, and nothing else: the content of the action digest. Two proposals with the same
 * digest do the same thing.
 */
public record Proposal(
    String target, Arguments arguments, Requester requester, int revision, Limits limits) {

  private static final String DOMAIN = "countersign/action/v1\n";

  public ActionKind kind() {
    return arguments.kind();
  }

  /** SHA-256 over {@code countersign/action/v1\n} and the RFC 8785 form of this proposal. */
  public Digest digest() {
    return Digest.sha256(DOMAIN + CanonicalJson.write(content()));
  }

  private Map<String, Object> content() {
    Map<String, Object> who = new LinkedHashMap<>();
    who.put("type", requester.type().wireName());
    who.put("id", requester.id());
    if (requester.onBehalfOf() != null) {
      who.put("on_behalf_of", requester.onBehalfOf());
    }
    return Map.of(
        "kind",
        arguments.kind().wireName(),
        "target",
        target,
        "arguments",
        arguments.content(),
        "requester",
        who,
        "revision",
        revision,
        "limits",
        Map.of(
            "max_rows", limits.maxRows(),
            "statement_timeout_ms", limits.statementTimeoutMillis()));
  }
}
