package io.countersign.activity.judging;

import io.countersign.action.ApplyMigration;
import io.countersign.action.Arguments;
import io.countersign.action.ChangeInfrastructure;
import io.countersign.action.ExecuteSql;
import io.countersign.action.ExportData;
import io.countersign.action.GrantRole;
import io.countersign.action.Packet;
import io.countersign.action.Proposal;
import io.countersign.action.Statement;
import io.countersign.activity.infrastructure.Operations;
import io.countersign.activity.targets.Proof;
import io.countersign.policy.Circumstances;
import io.countersign.policy.Durations;
import io.countersign.policy.Explanation;
import io.countersign.policy.Facts;
import io.countersign.policy.PolicyFile;
import io.countersign.policy.Spending;
import io.countersign.policy.Verdict;
import io.countersign.sql.Analysis;
import io.countersign.sql.Resolution;
import io.countersign.sql.Reversible;
import io.countersign.sql.SafeText;
import io.countersign.sql.SchemaChange;
import io.countersign.sql.StatementAnalyser;
import io.countersign.sql.TagMatch;
import io.countersign.sql.Understanding;
import io.countersign.store.action.ActionError;
import io.countersign.store.action.ActionRow;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Understands a proposal and asks the policy in force; stores nothing. */
public final class Judge {
  private static final int SHOWN_NAME = 63;

  private final PolicyFile policy;
  private final StatementAnalyser analyser;
  private final Map<String, TargetCatalogue> targets;
  private final Operations operations;
  private final Clock clock;

  /** Where no operations are declared. */
  public Judge(
      PolicyFile policy,
      StatementAnalyser analyser,
      Map<String, TargetCatalogue> targets,
      Clock clock) {
    this(policy, analyser, targets, Operations.none(), clock);
  }

  public Judge(
      PolicyFile policy,
      StatementAnalyser analyser,
      Map<String, TargetCatalogue> targets,
      Operations operations,
      Clock clock) {
    this.policy = policy;
    this.analyser = analyser;
    this.targets = Map.copyOf(targets);
    this.operations = operations;
    this.clock = clock;
  }

  /**
   * What was found out about a proposal.
   *
   * @param guarantee that its execution would get
   * @param impossible why it cannot be done, whatever the policy says
   */
  public record Established(
      Understanding understanding,
      Facts facts,
      String guarantee,
      @Nullable ActionError impossible) {
    /** What was found out when the action was judged. */
    static Established of(ActionRow row) {
      Facts facts = Objects.requireNonNull(row.facts());
      Understanding understanding =
          new Understanding(
              Objects.requireNonNull(row.analysis()),
              Objects.requireNonNull(row.resolution()),
              row.tags(),
              facts.estimatedRows());
      Packet packet = row.packet();
      return new Established(
          understanding, facts, packet == null ? "auto" : packet.guarantee(), null);
    }
  }

  /** What was found out about a proposal, and what the policy says to it. */
  public record Judged(
      Understanding understanding, Facts facts, Verdict verdict, String guarantee) {}

  /**
   * The part of judging that takes time: parsing, and asking the target. Empty if the target is not
   * configured.
   */
  Optional<Established> establish(Proposal proposal, List<String> requesterGroups) {
    return Optional.ofNullable(targets.get(proposal.target()))
        .map(
            catalogue ->
                switch (proposal.arguments()) {
                  case GrantRole grant -> granting(catalogue, proposal, grant, requesterGroups);
                  case ChangeInfrastructure change ->
                      operating(catalogue, proposal, change, requesterGroups);
                  case ExecuteSql _, ApplyMigration _, ExportData _ -> {
                    Understanding understood = understand(catalogue, proposal.arguments());
                    yield new Established(
                        understood,
                        JudgedFacts.of(
                            proposal, requesterGroups, catalogue.target(), understood, null),
                        catalogue.expectedGuarantee(
                            understood.analysis(), proposal.arguments().steps()),
                        null);
                  }
                });
  }

  private Established granting(
      TargetCatalogue catalogue, Proposal proposal, GrantRole grant, List<String> groups) {
    RoleReading roles = catalogue.roles(grant);
    Analysis walked = analyser.analyse(grant.steps().getFirst().sql());
    String title =
        "Grant %s to %s for %s"
            .formatted(
                SafeText.line(grant.role(), SHOWN_NAME),
                SafeText.line(grant.grantee(), SHOWN_NAME),
                Durations.show(grant.duration()));
    Analysis analysis = walked.titled(title, Reversible.YES).settledBy(roles.resolution());
    Understanding understood = new Understanding(analysis, roles.resolution(), List.of(), null);
    Facts.Grant fact = new Facts.Grant(grant.role(), roles.attributes(), grant.duration());
    return new Established(
        understood,
        JudgedFacts.of(proposal, groups, catalogue.target(), understood, fact),
        catalogue.expectedGuarantee(analysis, grant.steps()),
        roles.impossible());
  }

  private Established operating(
      TargetCatalogue catalogue,
      Proposal proposal,
      ChangeInfrastructure change,
      List<String> groups) {
    Operations.Reading reading = operations.read(change, proposal.target());
    return new Established(
        reading.understanding(),
        JudgedFacts.of(proposal, groups, catalogue.target(), reading.understanding(), null),
        Proof.NONE.guarantee(),
        reading.impossible());
  }

  /** What the statement's names mean now; empty if its target is not configured. */
  public Optional<Resolution> resolve(Proposal proposal) {
    return Optional.ofNullable(targets.get(proposal.target()))
        .map(
            catalogue ->
                switch (proposal.arguments()) {
                  case GrantRole grant -> catalogue.roles(grant).resolution();
                  case ChangeInfrastructure change ->
                      operations.read(change, proposal.target()).resolution();
                  case ExecuteSql _, ApplyMigration _, ExportData _ ->
                      Resolution.together(
                          walked(proposal).stream().map(catalogue::resolve).toList());
                });
  }

  /** What the policy in force says now, and all that led to it. */
  Explanation explain(Facts facts, Spending spending) {
    Explanation said =
        policy.current().explain(facts, new Circumstances(clock.instant(), spending));
    return new Explanation(
        Leaving.check(facts, said.verdict()), said.rules(), said.freezes(), said.facts());
  }

  /** The same as one connection sees it now, in its transaction. */
  public Optional<Resolution> resolve(Proposal proposal, Connection connection)
      throws SQLException {
    TargetCatalogue catalogue = targets.get(proposal.target());
    if (catalogue == null) {
      return Optional.empty();
    }
    if (proposal.arguments() instanceof GrantRole grant) {
      return Optional.of(RoleReading.read(connection, grant).resolution());
    }
    if (proposal.arguments() instanceof ChangeInfrastructure change) {
      return Optional.of(operations.read(change, proposal.target()).resolution());
    }
    List<Resolution> parts = new ArrayList<>();
    for (Analysis walked : walked(proposal)) {
      parts.add(catalogue.resolve(walked, connection));
    }
    return Optional.of(Resolution.together(parts));
  }

  private List<Analysis> walked(Proposal proposal) {
    return proposal.arguments().steps().stream().map(step -> analyser.analyse(step.sql())).toList();
  }

  /** What the policy in force says now to facts established before. */
  Verdict judge(Facts facts, Spending spending) {
    return Leaving.check(
        facts, policy.current().judge(facts, new Circumstances(clock.instant(), spending)));
  }

  private Understanding understand(TargetCatalogue catalogue, Arguments arguments) {
    List<Statement> steps = arguments.steps();
    Understanding understood =
        Understanding.together(
            understandEach(catalogue, arguments),
            steps.stream().map(step -> step.sql().getBytes(StandardCharsets.UTF_8).length).toList(),
            Arguments.BETWEEN_STEPS.length());
    return arguments instanceof ExportData export
        ? Leaving.of(catalogue, export, understood)
        : understood;
  }

  private List<Understanding> understandEach(TargetCatalogue catalogue, Arguments arguments) {
    if (!(arguments instanceof ApplyMigration migration)) {
      return arguments.steps().stream().map(step -> understand(catalogue, step)).toList();
    }
    MigrationSteps known = new MigrationSteps(catalogue.target(), migration.statements());
    return migration.steps().stream().map(step -> understand(catalogue, step, known)).toList();
  }

  private Understanding understand(
      TargetCatalogue catalogue, Statement step, MigrationSteps before) {
    Analysis walked = analyser.analyse(step.sql());
    SchemaChange change = analyser.schemaChange(step.sql());
    Resolution found = before.next(walked.tables(), change, catalogue.resolve(walked));
    return understand(catalogue, step, walked.warned(before.warnings(change)), found);
  }

  private Understanding understand(TargetCatalogue catalogue, Statement statement) {
    Analysis walked = analyser.analyse(statement.sql());
    return understand(catalogue, statement, walked, catalogue.resolve(walked));
  }

  private Understanding understand(
      TargetCatalogue catalogue, Statement statement, Analysis walked, Resolution found) {
    Analysis settled = walked.settledBy(found);
    Optional<Impact> impact = catalogue.impact(statement, settled);
    List<String> strangers = impact.map(plan -> plan.strangers(found)).orElse(List.of());
    Resolution resolution = strangers.isEmpty() ? found : found.objecting(strangers);
    Analysis analysis = walked.settledBy(resolution);
    return new Understanding(
        analysis,
        resolution,
        TagMatch.tagsTouched(analysis, resolution, catalogue.target()),
        impact.map(Impact::rows).orElse(null));
  }
}
