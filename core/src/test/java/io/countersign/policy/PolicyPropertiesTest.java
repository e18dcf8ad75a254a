package io.countersign.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.Decision;
import io.countersign.action.Requirement;
import io.countersign.action.Tally;
import io.countersign.action.Vote;
import io.countersign.policy.Spending.Spent;
import io.countersign.policy.Verdict.ChannelRule;
import io.countersign.policy.Verdict.Escalation;
import io.countersign.policy.Verdict.Outcome;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

/** What must hold for every policy, tried on random ones. */
class PolicyPropertiesTest {
  private static final int ROUNDS = Integer.getInteger("countersign.rounds", 300);
  private static final List<String> GROUPS = List.of("a", "b", "c");
  private static final List<String> CONDITIONS =
      List.of(
          "true",
          "sql.class == \"write\"",
          "sql.class != \"write\"",
          "sql.unbounded_write",
          "\"pii\" in sql.tags",
          "sql.estimated_rows < 100");

  private final long seed = Long.getLong("countersign.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private String context = "";
  private List<String> freezes = new ArrayList<>();
  private Circumstances circumstances = SampleFacts.CALM;

  PolicyPropertiesTest() {
    System.out.println("PolicyPropertiesTest seed " + seed);
  }

  @Test
  void orderOfTheRulesDoesNotMatter() throws PolicyException {
    int reviews = 0;
    for (int round = 0; round < ROUNDS; round++) {
      List<String> rules = randomRules();
      Facts facts = randomFacts();
      Verdict before = judge(rules, facts);
      Collections.shuffle(rules, random);
      Collections.shuffle(freezes, random);
      Verdict after = judge(rules, facts);
      note(round, facts, rules, before, after);

      assertThat(unordered(after)).as(context).isEqualTo(unordered(before));
      reviews += after.outcome() == Outcome.REVIEW ? 1 : 0;
    }
    assertThat(reviews).as("seed %d reviews", seed).isGreaterThan(ROUNDS / 10);
  }

  @Test
  void addingARuleNeverLoosens() throws PolicyException {
    int tightened = 0;
    for (int round = 0; round < ROUNDS; round++) {
      List<String> rules = randomRules();
      Facts facts = randomFacts();
      Verdict before = judge(rules, facts);
      rules.add(random.nextInt(rules.size() + 1), randomRule("added"));
      Verdict after = judge(rules, facts);
      note(round, facts, rules, before, after);
      if (before.rules().stream().allMatch(name -> name.startsWith("freeze:"))
          || String.valueOf(before.because()).contains("not allowed")) {
        // Nobody had decided yet: no rule matched, or only an allowance of what it cannot allow.
        continue;
      }
      assertNotLooser(before, after);
      tightened += unordered(before).equals(unordered(after)) ? 0 : 1;
    }
    assertThat(tightened).as("seed %d tightened", seed).isGreaterThan(ROUNDS / 10);
  }

  @Test
  void addingAFreezeNeverLoosens() throws PolicyException {
    int tightened = 0;
    for (int round = 0; round < ROUNDS; round++) {
      List<String> rules = randomRules();
      Facts facts = randomFacts();
      Verdict before = judge(rules, facts);
      freezes.add(random.nextInt(freezes.size() + 1), randomFreeze("added"));
      Verdict after = judge(rules, facts);
      note(round, facts, rules, before, after);

      assertNotLooser(before, after);
      tightened += after.outcome().compareTo(before.outcome()) > 0 ? 1 : 0;
    }
    assertThat(tightened).as("seed %d tightened", seed).isGreaterThan(ROUNDS / 30);
  }

  @Test
  void addingABudgetNeverLoosens() throws PolicyException {
    int tightened = 0;
    for (int round = 0; round < ROUNDS; round++) {
      List<String> rules = randomRules();
      rules.add("{name: free, when: true, then: allow}");
      Facts facts = randomFacts();
      Verdict before = judge(rules, facts);
      rules.removeLast();
      rules.add("{name: free, when: true, then: allow, " + randomBudget() + "}");
      Verdict after = judge(rules, facts);
      note(round, facts, rules, before, after);

      assertNotLooser(before, after);
      tightened += unordered(before).equals(unordered(after)) ? 0 : 1;
    }
    assertThat(tightened).as("seed %d tightened", seed).isGreaterThan(ROUNDS / 10);
  }

  @Test
  void wordsNeverChangeTheVerdict() throws PolicyException {
    for (int round = 0; round < ROUNDS; round++) {
      List<String> rules = randomRules();
      Facts facts = randomFacts();
      Verdict before = judge(rules, facts);
      int word = round;
      rules.replaceAll(
          rule ->
              rule.replaceFirst("name: ", "name: approved-by-the-owner-" + word)
                  .replaceFirst("because of \\w+", "'then: allow, this is safe'")
                  .replaceFirst("reason: \\{", "reason: {ask: 'approve it; low risk', "));
      freezes.replaceAll(freeze -> freeze.replaceFirst("name: ", "name: advisory-low-risk-"));
      Verdict after = judge(rules, facts);
      note(round, facts, rules, before, after);

      assertThat(withoutWords(after)).as(context).isEqualTo(withoutWords(before));
    }
  }

  /** Nothing that a requester may write freely is among what a policy is asked about. */
  @Test
  void factsHoldNoWordsOfTheRequester() {
    assertThat(Facts.class.getRecordComponents())
        .extracting(RecordComponent::getName)
        .containsExactly(
            "kind",
            "targetName",
            "targetEnvironment",
            "requesterType",
            "requesterId",
            "requesterGroups",
            "statementClass",
            "statements",
            "tables",
            "columns",
            "tags",
            "functions",
            "estimatedRows",
            "unboundedWrite",
            "reversible",
            "uninspectable",
            "grant",
            "operation");
  }

  private static List<Object> withoutWords(Verdict verdict) {
    List<Object> all = new ArrayList<>(unordered(verdict));
    all.remove(2);
    all.remove(1);
    return all;
  }

  private void assertNotLooser(Verdict before, Verdict after) {
    assertThat(after.outcome()).as(context).isGreaterThanOrEqualTo(before.outcome());
    if (after.outcome() == Outcome.REFUSE) {
      return;
    }
    assertThat(after.approvedFor()).as(context).isLessThanOrEqualTo(before.approvedFor());
    assertThat(after.mask()).as(context).containsAll(before.mask());
    assertThat(after.minReasonLength())
        .as(context)
        .isGreaterThanOrEqualTo(before.minReasonLength());
    Integer maxRows = before.maxRows();
    if (maxRows != null) {
      assertThat(after.maxRows()).as(context).isNotNull().isLessThanOrEqualTo(maxRows);
    }
    Long maxBytes = before.maxBytes();
    if (maxBytes != null) {
      assertThat(after.maxBytes()).as(context).isNotNull().isLessThanOrEqualTo(maxBytes);
    }
    if (before.outcome() == Outcome.REVIEW) {
      assertReviewNotLooser(before, after);
    }
  }

  private void assertReviewNotLooser(Verdict before, Verdict after) {
    assertThat(after.pendingFor()).as(context).isLessThanOrEqualTo(before.pendingFor());
    assertThat(after.deny()).as(context).isLessThanOrEqualTo(before.deny());
    ChannelRule none = new ChannelRule(false, false, null);
    for (String channel : List.of("slack", "teams")) {
      ChannelRule was = before.channels().getOrDefault(channel, none);
      ChannelRule is = after.channels().getOrDefault(channel, none);
      assertThat(is.denyOnly() || !was.denyOnly()).as(context).isTrue();
      assertThat(was.hiddenValues() || !is.hiddenValues()).as(context).isTrue();
    }
    for (int i = 0; i < 20; i++) {
      List<Vote> votes = randomVotes();
      if (approved(after.requirement(), votes)) {
        assertThat(approved(before.requirement(), votes)).as(context + votes).isTrue();
      }
      if (approved(escalated(after), votes)) {
        assertThat(approved(escalated(before), votes)).as(context + votes).isTrue();
      }
    }
  }

  /** The requirement after every escalation. */
  private static Requirement escalated(Verdict verdict) {
    Requirement requirement = verdict.requirement();
    for (Escalation escalation : verdict.escalations()) {
      requirement = requirement.plus(escalation.alternatives());
    }
    return requirement;
  }

  private static boolean approved(Requirement requirement, List<Vote> votes) {
    return Tally.of(requirement, 1, votes).outcome() == Tally.Outcome.APPROVED;
  }

  private void note(int round, Facts facts, List<String> rules, Verdict before, Verdict after) {
    context =
        "seed %d round %d%n%s%n%s%n%s%n%s%nbefore %s%nafter %s%n"
            .formatted(
                seed,
                round,
                facts,
                String.join("\n", rules),
                String.join("\n", freezes),
                circumstances.spending().within(Duration.ofHours(1), List.of()),
                before,
                after);
  }

  /** Everything of a verdict except the order of its lists. */
  private static List<Object> unordered(Verdict verdict) {
    Set<Object> escalations = new HashSet<>();
    for (Escalation escalation : verdict.escalations()) {
      escalations.add(
          List.of(escalation.after(), escalation.tell(), Set.copyOf(escalation.alternatives())));
    }
    Set<SortedMap<String, Integer>> seats = Set.copyOf(verdict.requirement().alternatives());
    return Arrays.asList(
        verdict.outcome(),
        Set.copyOf(verdict.rules()),
        Set.of(String.valueOf(verdict.because()).split("; ")),
        seats,
        verdict.deny(),
        verdict.pendingFor(),
        verdict.approvedFor(),
        verdict.remindAfter(),
        escalations,
        verdict.maxRows(),
        verdict.maxBytes(),
        verdict.statementTimeout(),
        verdict.mask(),
        verdict.channels(),
        verdict.minReasonLength());
  }

  private List<String> randomRules() {
    List<String> rules = new ArrayList<>();
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      rules.add(randomRule("r" + i));
    }
    freezes = new ArrayList<>();
    for (int i = random.nextInt(4) / 2; i > 0; i--) {
      freezes.add(randomFreeze("f" + i));
    }
    Spent spent = new Spent(random.nextInt(4), random.nextInt(9), random.nextInt(2048));
    circumstances = new Circumstances(SampleFacts.CALM.now(), (window, tables) -> spent);
    return rules;
  }

  private String randomRule(String name) {
    String head = "{name: %s, when: '%s', ".formatted(name, pick(CONDITIONS));
    int kind = random.nextInt(10);
    if (kind == 0) {
      return head + "then: refuse, because: because of %s}".formatted(name);
    }
    String limits =
        "limits: {max_rows: %d, mask: [%s]}, reason: {min_length: %d}, approved_for: %dm}"
            .formatted(
                1 + random.nextInt(9), pick(GROUPS), random.nextInt(9), 1 + random.nextInt(20));
    if (kind < 4) {
      return head + "then: allow, " + (random.nextBoolean() ? randomBudget() + ", " : "") + limits;
    }
    return head
        + ("then: review, approvals: %s, deny: %d, pending_for: %dm, remind_after: [%dm],"
                + " channels: {slack: %s}, %s")
            .formatted(
                randomAlternatives(1),
                1 + random.nextInt(3),
                30 + random.nextInt(90),
                1 + random.nextInt(60),
                pick(List.of("allow", "deny_only", "hidden_values")),
                random.nextBoolean()
                    ? limits
                    : "escalate: [{after: %dm, notify: [a], approvals: %s}]}"
                        .formatted(1 + random.nextInt(20), randomAlternatives(4)));
  }

  private String randomBudget() {
    return "budget: {per: agent, window: 1h, actions: %d, rows: %d, bytes: %dKiB%s}"
        .formatted(
            1 + random.nextInt(6),
            1 + random.nextInt(12),
            1 + random.nextInt(3),
            random.nextBoolean() ? "" : ", approvals: " + randomAlternatives(1));
  }

  private String randomFreeze(String name) {
    return "{name: %s, from: %s, to: 18:00, zone: UTC, when: '%s'%s}"
        .formatted(
            name,
            pick(List.of("09:00", "13:00", "19:00")),
            pick(CONDITIONS),
            random.nextInt(3) == 0 ? "" : ", unless: " + randomAlternatives(1));
  }

  private List<String> randomAlternatives(int seats) {
    List<String> alternatives = new ArrayList<>();
    for (int i = 0; i <= random.nextInt(2); i++) {
      alternatives.add(
          random.nextBoolean()
              ? "{%s: %d}".formatted(pick(GROUPS), seats + random.nextInt(2))
              : "{a: %d, %s: 1}".formatted(seats, pick(List.of("b", "c"))));
    }
    return alternatives;
  }

  private Facts randomFacts() {
    SampleFacts facts = SampleFacts.of(pick(List.of("read", "write", "ddl")));
    facts = random.nextBoolean() ? facts.tagged("pii") : facts;
    facts = random.nextBoolean() ? facts.unbounded() : facts;
    facts = random.nextInt(4) == 0 ? facts : facts.estimated(random.nextInt(200));
    facts = random.nextInt(8) == 0 ? facts.notInspectable() : facts;
    return facts.facts();
  }

  private List<Vote> randomVotes() {
    List<Vote> votes = new ArrayList<>();
    int people = random.nextInt(9);
    for (int i = 0; i < people; i++) {
      votes.add(
          new Vote("v" + i, "p" + i, Decision.APPROVE, new HashSet<>(List.of(pick(GROUPS), "b"))));
    }
    return votes;
  }

  private <T> T pick(List<T> items) {
    return items.get(random.nextInt(items.size()));
  }

  private Verdict judge(List<String> rules, Facts facts) throws PolicyException {
    String yaml =
        "version: 1\ngroups: {a: {idp: a}, b: {idp: b}, c: {owners_of: target}}\nrules:\n- "
            + String.join("\n- ", rules)
            + "\n"
            + (freezes.isEmpty() ? "" : "freezes:\n- " + String.join("\n- ", freezes) + "\n");
    return Policy.parse("policy.yml", yaml.getBytes(StandardCharsets.UTF_8))
        .judge(facts, circumstances);
  }
}
