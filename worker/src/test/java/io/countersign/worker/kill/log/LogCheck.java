package io.countersign.worker.kill.log;

import io.countersign.audit.Checkpoint;
import io.countersign.audit.EvidenceException;
import io.countersign.audit.KeyRing;
import io.countersign.audit.MerkleTree;
import io.countersign.audit.TreeHash;
import io.countersign.audit.VerifierKey;
import io.countersign.store.anchor.Anchors;
import io.countersign.store.evidence.AuditLog;
import io.countersign.store.verification.AuditReport;
import io.countersign.store.verification.AuditVerify;
import io.countersign.worker.kill.Patience;
import io.countersign.worker.kill.log.Figures.Deed;
import io.countersign.worker.kill.log.Figures.Finding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Jdbi;

/** Holds the log against its signatures, its anchor, what it was before, and what was written. */
final class LogCheck {
  /** One statement, so that an event that moves meanwhile is seen once. */
  private static final String COUNT =
      """
      with logged as (
          select action_id as id, count(*) as n from audit_entry
          where type <> 'audit.heartbeat' group by action_id),
        waiting as (
          select action_id as id, count(*) as n from audit_outbox
          where type <> 'audit.heartbeat' group by action_id),
        held as (
          select id, coalesce(logged.n, 0) + coalesce(waiting.n, 0) as n
          from logged full join waiting using (id))
      select count(*) filter (where held.n is null) as lost,
        count(*) filter (where held.n > 1) as doubles,
        count(*) filter (where written.id is null) as ghosts
      from written full join held using (id)
      """;

  private final Jdbi jdbi;
  private final Path folder;
  private final Figures figures;
  private final KeyRing keys;
  private final AuditLog log;
  private Optional<Checkpoint> before = Optional.empty();
  private int alarms;

  /** How many events are not where they should be. */
  record Misplaced(long lost, long doubles, long ghosts) {}

  LogCheck(Jdbi jdbi, Path folder, VerifierKey key, Figures figures) {
    this.jdbi = jdbi;
    this.folder = folder;
    this.figures = figures;
    keys = KeyRing.of(List.of(key));
    log = new AuditLog(jdbi, List.of(key));
  }

  /** All of it; the log may go on growing meanwhile. */
  AuditReport check(String when) {
    AuditReport report = Patience.untilItAnswers(this::verify);
    figures.did(Deed.VERIFIED);
    if (report instanceof AuditReport.Damaged damaged) {
      figures.found(Finding.DAMAGED, when + ": " + report + " " + damaged.further());
    }
    Patience.untilItAnswers(
        () -> {
          compareWithBefore(when);
          return true;
        });
    Misplaced misplaced = Patience.untilItAnswers(this::misplaced);
    tell(Finding.LOST, misplaced.lost(), when);
    tell(Finding.DOUBLE, misplaced.doubles(), when);
    tell(Finding.GHOST, misplaced.ghosts(), when);
    listen(when);
    return report;
  }

  private AuditReport verify() {
    return new AuditVerify(jdbi, keys, Anchors.sources(List.of(Integrators.anchor(folder))))
        .verify();
  }

  /** The newest checkpoint must continue the one of the last check. */
  private void compareWithBefore(String when) {
    Optional<Checkpoint> now = log.checkpoint().map(this::opened);
    if (before.isPresent() && !continues(before.get(), now)) {
      figures.found(Finding.FORKED, "%s: %s does not continue %s".formatted(when, now, before));
    }
    before = now;
  }

  private Checkpoint opened(String note) {
    try {
      return keys.open(note).checkpoint();
    } catch (EvidenceException e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean continues(Checkpoint then, Optional<Checkpoint> now) {
    if (now.isEmpty()) {
      return false;
    }
    Optional<List<TreeHash>> proof = log.consistency(then.size(), now.get().size());
    return proof.isPresent()
        && MerkleTree.extendsTree(
            then.size(), then.root(), now.get().size(), now.get().root(), proof.get());
  }

  private Misplaced misplaced() {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(COUNT)
                .map((row, c) -> new Misplaced(row.getLong(1), row.getLong(2), row.getLong(3)))
                .one());
  }

  private void tell(Finding finding, long count, String when) {
    if (count > 0) {
      figures.found(finding, "%s: %d events".formatted(when, count));
    }
  }

  /** An integrator that refuses to sign says so where nobody would look. */
  private void listen(String when) {
    try {
      List<String> alarming =
          Files.readString(Integrators.log(folder))
              .lines()
              .filter(line -> line.contains("nothing is signed"))
              .toList();
      alarming.stream()
          .skip(alarms)
          .forEach(line -> figures.found(Finding.ALARM, when + ": " + line));
      alarms = alarming.size();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** At the end: what was answered as committed is in the log, what was rolled back is not. */
  void compare(Set<String> committed, Set<String> rolledBack) {
    Set<String> logged =
        jdbi.withHandle(
            handle ->
                new HashSet<>(
                    handle
                        .createQuery(
                            "select action_id from audit_entry where action_id is not null")
                        .mapTo(String.class)
                        .list()));
    tell(Finding.LOST, committed.stream().filter(id -> !logged.contains(id)).count(), "at the end");
    tell(Finding.GHOST, rolledBack.stream().filter(logged::contains).count(), "at the end");
  }
}
