package io.countersign.activity.review;

import io.countersign.action.ActionStatus;
import io.countersign.action.Code;
import io.countersign.action.Decision;
import io.countersign.action.Packet;
import io.countersign.action.Requirement;
import io.countersign.action.Target;
import io.countersign.policy.PolicyFile;
import io.countersign.policy.Verdict;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.Ballot;
import io.countersign.store.person.PersonDao;
import io.countersign.store.person.PersonDao.Person;
import io.countersign.workflow.ActivityFault;
import io.countersign.workflow.VoteSeal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Who may decide on an action: the rules R1, R2, R5 and R16 in one place. */
public final class Electorate {
  /** What chat shows whole; a longer statement is decided in the console. */
  private static final int CHAT_STATEMENT = 2_600;

  private final PolicyFile policy;
  private final Map<String, Target> targets;
  private final VoteSeal seal;
  private final Clock clock;

  public Electorate(PolicyFile policy, Map<String, Target> targets, VoteSeal seal, Clock clock) {
    this.policy = policy;
    this.targets = Map.copyOf(targets);
    this.seal = seal;
    this.clock = clock;
  }

  /**
   * Whether a ballot counts.
   *
   * @param refusal why not, or null
   * @param groups the seats' groups the voter holds
   */
  record Standing(@Nullable Code refusal, Set<String> groups) {}

  /** A requirement after an escalation, with who may see the action now. */
  record Wider(Requirement requirement, List<String> groups, List<String> idpGroups) {}

  /** Looked at in this order; the first objection is the answer. */
  Standing standing(Handle handle, ActionRow row, Ballot ballot) {
    if (row.status() != ActionStatus.PENDING_REVIEW) {
      return refused(Code.NOT_PENDING);
    }
    boolean party = row.parties().contains(ballot.personId());
    if (party && ballot.decision() == Decision.APPROVE) {
      return refused(Code.PARTY_CANNOT_APPROVE);
    }
    Set<String> groups = seats(handle, row, ballot.personId());
    // A party may stop what is done in its name, whatever seats it holds.
    if (groups.isEmpty() && !party) {
      return refused(Code.NOT_A_REVIEWER);
    }
    if (!ballot.digest().equals(row.digest())) {
      return refused(Code.STALE_DIGEST);
    }
    if (ballot.decision() == Decision.APPROVE && needsStrongerChannel(row, ballot)) {
      return refused(Code.STEP_UP_REQUIRED);
    }
    return new Standing(null, groups);
  }

  /**
   * Whether a ballot that was counted still counts: it was cast at a door of ours for these bytes,
   * and its voter still holds the seats. Whoever writes to the table alone has no seal.
   */
  public boolean stands(Handle handle, ActionRow row, Ballot ballot) {
    if (!seal.isGenuine(Standings.sealed(ballot)) || !ballot.digest().equals(row.digest())) {
      return false;
    }
    return row.parties().contains(ballot.personId())
        ? ballot.decision() != Decision.APPROVE
        : seats(handle, row, ballot.personId()).containsAll(ballot.groups());
  }

  /** The groups with a seat in this action that the person holds now; empty for the inactive. */
  Set<String> seats(Handle handle, ActionRow row, String personId) {
    Optional<Person> person = handle.attach(PersonDao.class).find(personId);
    if (person.isEmpty() || !person.get().active()) {
      return Set.of();
    }
    Set<String> groups =
        new HashSet<>(
            policy
                .current()
                .groupsOf(personId, Set.copyOf(person.get().idpGroups()), owners(row.target())));
    groups.retainAll(row.requirement().groups());
    return groups;
  }

  Wider widened(ActionRow row, Verdict.Escalation escalation) {
    Requirement requirement =
        escalation.alternatives().isEmpty()
            ? row.requirement()
            : row.requirement().plus(escalation.alternatives());
    Set<String> groups = new TreeSet<>(requirement.groups());
    groups.addAll(escalation.tell());
    return new Wider(requirement, List.copyOf(groups), idpGroups(groups, row.target()));
  }

  /** The identity provider's groups behind policy groups: who may see an action. */
  public List<String> idpGroups(Set<String> groups, String target) {
    return List.copyOf(policy.current().idpGroups(groups, owners(target)));
  }

  private boolean needsStrongerChannel(ActionRow row, Ballot ballot) {
    Verdict verdict = row.verdict();
    Packet packet = row.packet();
    if (verdict == null || packet == null) {
      return true;
    }
    Verdict.ChannelRule rule =
        verdict
            .channels()
            .getOrDefault(ballot.channel(), new Verdict.ChannelRule(false, false, null));
    boolean chat = ballot.channel().equals("slack") || ballot.channel().equals("teams");
    return rule.denyOnly()
        || (chat && packet.hidesValues() && !rule.hiddenValues())
        || (chat && packet.statement().length() > CHAT_STATEMENT)
        || signedInTooLongAgo(rule.signedInWithin(), ballot.signedInAt());
  }

  private boolean signedInTooLongAgo(@Nullable Duration within, @Nullable Instant signedInAt) {
    return within != null
        && (signedInAt == null || signedInAt.plus(within).isBefore(clock.instant()));
  }

  /** The target of an action, as configured. */
  public Target target(ActionRow row) {
    Target target = targets.get(row.target());
    if (target == null) {
      throw ActivityFault.retry("TARGET_UNKNOWN", row.id());
    }
    return target;
  }

  private List<String> owners(String target) {
    Target known = targets.get(target);
    return known == null ? List.of() : known.owners();
  }

  private static Standing refused(Code code) {
    return new Standing(code, Set.of());
  }
}
