package io.countersign.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.countersign.action.Seat;
import io.countersign.action.Tally;
import io.countersign.policy.Explanation.ActiveFreeze;
import io.countersign.policy.Explanation.MatchedRule;
import io.countersign.policy.Explanation.NamedFact;
import io.countersign.policy.Verdict;
import io.countersign.policy.Verdict.Outcome;
import io.countersign.sql.Analysis;
import io.countersign.sql.Resolution;
import io.countersign.store.action.Preview;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What would become of a proposal, and why.
 *
 * @param seats of the alternative that needs the fewest people
 * @param effects what would happen besides: triggers, cascades, row security
 * @param estimatedRows null where nobody knows
 * @param matched every rule that took part, with its line in the policy file
 * @param facts by their names in rules; what is not known is left out
 */
record PreviewReply(
    Outcome verdict,
    @Nullable String because,
    @JsonProperty("class") String statementClass,
    String title,
    int statements,
    List<String> tables,
    List<String> columns,
    List<String> tags,
    List<String> functions,
    @JsonInclude @Nullable Long estimatedRows,
    boolean unboundedWrite,
    String reversible,
    String analysis,
    List<String> uninspectable,
    List<String> warnings,
    List<String> effects,
    List<String> rules,
    List<Seat> seats,
    int minReasonLength,
    @Nullable String ask,
    String policyVersion,
    List<MatchedRule> matched,
    List<ActiveFreeze> freezes,
    Map<String, Object> facts) {

  static PreviewReply of(Preview.Answer answer) {
    Analysis analysis = answer.understanding().analysis();
    Resolution resolution = answer.understanding().resolution();
    Verdict verdict = answer.explanation().verdict();
    return new PreviewReply(
        verdict.outcome(),
        verdict.because(),
        analysis.statementClass().wireName(),
        analysis.title(),
        analysis.statements(),
        resolution.tables(),
        resolution.columns(),
        answer.understanding().tags(),
        analysis.functions(),
        answer.understanding().estimatedRows(),
        analysis.unboundedWrite(),
        analysis.reversible().wireName(),
        analysis.isComplete() ? "complete" : "uninspectable",
        analysis.uninspectable(),
        analysis.warnings(),
        resolution.effects(),
        verdict.rules(),
        Tally.of(verdict.requirement(), verdict.deny(), List.of()).seats(),
        verdict.minReasonLength(),
        verdict.ask(),
        verdict.policyVersion(),
        answer.explanation().rules(),
        answer.explanation().freezes(),
        facts(answer.explanation().facts()));
  }

  private static Map<String, Object> facts(List<NamedFact> named) {
    Map<String, Object> facts = new TreeMap<>();
    for (NamedFact fact : named) {
      if (fact.value() != null) {
        facts.put(fact.name(), fact.value());
      }
    }
    return facts;
  }
}
