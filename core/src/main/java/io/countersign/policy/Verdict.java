package io.countersign.policy;

import com.fasterxml.jackson.annotation.JsonValue;
import io.countersign.action.Requirement;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The policy's answer: the strictest of every rule that matched (R7).
 *
 * @param rules names of the rules that matched, in file order
 * @param because the text of a refusing rule, for the agent
 * @param requirement the seats; {@link Requirement#NONE} unless the outcome is REVIEW
 * @param deny how many denials end it; 1 unless the rules raise it
 * @param maxRows the tightest row limit of the rules, or null
 * @param maxBytes the tightest limit of a result's bytes, or null
 * @param statementTimeout the tightest timeout of the rules, or null
 * @param mask tags whose columns are masked towards persons too (agents never see tagged columns)
 * @param channels how far each channel may go: {@code slack}, {@code teams}, {@code console}
 * @param minReasonLength characters a requester's reason needs at least; 0 if any will do
 * @param policyVersion {@code sha256:} of the policy file's bytes
 */
public record Verdict(
    Outcome outcome,
    List<String> rules,
    @Nullable String because,
    Requirement requirement,
    int deny,
    Duration pendingFor,
    Duration approvedFor,
    List<Duration> remindAfter,
    List<Escalation> escalations,
    @Nullable Integer maxRows,
    @Nullable Long maxBytes,
    @Nullable Duration statementTimeout,
    List<String> mask,
    Map<String, ChannelRule> channels,
    int minReasonLength,
    @Nullable String ask,
    String policyVersion) {

  /** The same as a refusal, for what is impossible whatever the rules say. */
  public Verdict refusing(String why) {
    return new Verdict(
        Outcome.REFUSE,
        rules,
        why,
        Requirement.NONE,
        deny,
        pendingFor,
        approvedFor,
        remindAfter,
        List.of(),
        maxRows,
        maxBytes,
        statementTimeout,
        mask,
        channels,
        minReasonLength,
        ask,
        policyVersion);
  }

  /** From lenient to strict; the strictest matching rule wins. */
  public enum Outcome {
    ALLOW,
    REVIEW,
    REFUSE;

    @JsonValue
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Tells more people, or adds equal or stronger alternatives; never lowers a count (R10). */
  public record Escalation(
      Duration after, List<String> tell, List<SortedMap<String, Integer>> alternatives) {}

  /**
   * How far a channel may go (R16).
   *
   * @param denyOnly the channel may deny but not approve
   * @param hiddenValues approving is allowed though values are hidden there
   * @param signedInWithin the voter must have signed in at most this long ago, or null
   */
  public record ChannelRule(
      boolean denyOnly, boolean hiddenValues, @Nullable Duration signedInWithin) {}
}
