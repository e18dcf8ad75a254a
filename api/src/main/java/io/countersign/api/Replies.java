package io.countersign.api;

import io.countersign.action.ActionKind;
import io.countersign.action.ActionStatus;
import io.countersign.action.Digest;
import io.countersign.action.Packet;
import io.countersign.action.Tally;
import io.countersign.action.Vote;
import io.countersign.api.identity.Caller;
import io.countersign.policy.Verdict;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.Ballot;
import io.countersign.store.action.BallotDao;
import io.countersign.store.action.RoleGrant;
import io.countersign.store.action.RoleGrantDao;
import io.countersign.store.person.PersonDao;
import io.countersign.store.result.ArtifactVault;
import io.countersign.store.result.ArtifactVault.Artifact;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Renders actions for callers, with the seats filled so far. */
final class Replies {
  private final Jdbi jdbi;
  private final ArtifactVault artifacts;
  private final String publicUrl;

  Replies(Jdbi jdbi, ArtifactVault artifacts, String publicUrl) {
    this.jdbi = jdbi;
    this.artifacts = artifacts;
    this.publicUrl = publicUrl;
  }

  ActionReply of(ActionRow row) {
    return ActionReply.of(
        row, votes(row), artifact(row), grant(row).map(GrantReply::of).orElse(null), publicUrl);
  }

  private @Nullable Artifact artifact(ActionRow row) {
    boolean has =
        row.kind() == ActionKind.EXPORT_DATA
            && (row.status() == ActionStatus.EXECUTING || row.status() == ActionStatus.SUCCEEDED);
    return has ? artifacts.find(row.id()).orElse(null) : null;
  }

  /** The role that the action granted, once it did. */
  Optional<RoleGrant> grant(ActionRow row) {
    if (row.kind() != ActionKind.GRANT_ROLE || row.status() != ActionStatus.SUCCEEDED) {
      return Optional.empty();
    }
    return jdbi.withExtension(RoleGrantDao.class, grants -> grants.find(row.id().value()));
  }

  /** True while the votes neither approve nor deny. */
  boolean isOpen(ActionRow row) {
    Verdict verdict = row.verdict();
    int denials = verdict == null ? 1 : verdict.deny();
    return Tally.of(row.requirement(), denials, votes(row)).outcome() == Tally.Outcome.OPEN;
  }

  /** The packet, and what the caller and the other people are to the action. */
  PacketReply packet(ActionRow row, Packet packet, Digest digest, Caller caller) {
    List<PacketReply.CountedVote> votes =
        counted(row).stream()
            .map(ballot -> new PacketReply.CountedVote(ballot.personId(), ballot.decision()))
            .toList();
    Set<String> people = new TreeSet<>(row.parties());
    votes.forEach(vote -> people.add(vote.person()));
    return new PacketReply(
        packet,
        digest,
        row.parties().contains(caller.id()),
        !Collections.disjoint(row.reviewIdpGroups(), caller.idpGroups()),
        row.parties().stream().sorted().toList(),
        votes,
        names(people));
  }

  private Map<String, String> names(Set<String> people) {
    return jdbi.withExtension(
        PersonDao.class,
        dao -> {
          Map<String, String> names = new TreeMap<>();
          people.forEach(
              id -> dao.find(id).ifPresent(person -> names.put(id, person.displayName())));
          return names;
        });
  }

  private List<Vote> votes(ActionRow row) {
    if (row.requirement().alternatives().isEmpty()) {
      return List.of();
    }
    return counted(row).stream().map(Replies::vote).toList();
  }

  private List<Ballot> counted(ActionRow row) {
    return jdbi.withExtension(BallotDao.class, ballots -> ballots.counted(row.id().value()));
  }

  List<ActionReply> of(List<ActionRow> rows) {
    return rows.stream().map(this::of).toList();
  }

  private static Vote vote(Ballot ballot) {
    return new Vote(
        ballot.voteId(), ballot.personId(), ballot.decision(), Set.copyOf(ballot.groups()));
  }
}
