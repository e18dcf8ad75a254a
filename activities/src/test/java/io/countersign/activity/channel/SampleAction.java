package io.countersign.activity.channel;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Digest;
import io.countersign.action.ExecuteSql;
import io.countersign.action.Limits;
import io.countersign.action.Packet;
import io.countersign.action.PrincipalType;
import io.countersign.action.Proposal;
import io.countersign.action.Requester;
import io.countersign.action.Requirement;
import io.countersign.action.Seat;
import io.countersign.policy.Verdict;
import io.countersign.store.action.ActionRow;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An action for tests; each {@code with} answers a changed copy. */
record SampleAction(
    String sql,
    String masked,
    boolean hidesValues,
    List<@Nullable String> params,
    List<Integer> hotLines,
    List<String> comments,
    String title,
    List<Packet.Table> tables,
    String reversible,
    String reason,
    @Nullable String ticket,
    List<String> warnings,
    Verdict.Outcome outcome,
    Map<String, Verdict.ChannelRule> channels) {

  static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  static SampleAction delete() {
    return new SampleAction(
        "delete from payments where id = 42",
        "delete from payments where id = ?",
        false,
        List.of(),
        List.of(1),
        List.of(),
        "Delete from payments",
        List.of(new Packet.Table("public.payments", List.of("pci"))),
        "no",
        "customer asked to void it",
        "OPS-7",
        List.of(),
        Verdict.Outcome.REVIEW,
        Map.of());
  }

  SampleAction withSql(String sql) {
    return new SampleAction(
        sql,
        sql,
        hidesValues,
        params,
        hotLines,
        comments,
        title,
        tables,
        reversible,
        reason,
        ticket,
        warnings,
        outcome,
        channels);
  }

  SampleAction hiding(String masked) {
    return new SampleAction(
        sql,
        masked,
        true,
        params,
        hotLines,
        comments,
        title,
        tables,
        reversible,
        reason,
        ticket,
        warnings,
        outcome,
        channels);
  }

  SampleAction withParams(List<@Nullable String> params) {
    return new SampleAction(
        sql,
        masked,
        hidesValues,
        params,
        hotLines,
        comments,
        title,
        tables,
        reversible,
        reason,
        ticket,
        warnings,
        outcome,
        channels);
  }

  SampleAction withHotLines(Integer... lines) {
    return new SampleAction(
        sql,
        masked,
        hidesValues,
        params,
        List.of(lines),
        comments,
        title,
        tables,
        reversible,
        reason,
        ticket,
        warnings,
        outcome,
        channels);
  }

  SampleAction withNames(String title, String table) {
    return new SampleAction(
        sql,
        masked,
        hidesValues,
        params,
        hotLines,
        List.of(table),
        title,
        List.of(new Packet.Table(table, List.of("pci"))),
        reversible,
        reason,
        ticket,
        List.of(table),
        outcome,
        channels);
  }

  SampleAction withReason(String reason) {
    return new SampleAction(
        sql,
        masked,
        hidesValues,
        params,
        hotLines,
        comments,
        title,
        tables,
        reversible,
        reason,
        reason,
        warnings,
        outcome,
        channels);
  }

  SampleAction reversible(String reversible) {
    return new SampleAction(
        sql,
        masked,
        hidesValues,
        params,
        hotLines,
        comments,
        title,
        tables,
        reversible,
        reason,
        ticket,
        warnings,
        outcome,
        channels);
  }

  SampleAction withRule(Verdict.ChannelRule rule) {
    return new SampleAction(
        sql,
        masked,
        hidesValues,
        params,
        hotLines,
        comments,
        title,
        tables,
        reversible,
        reason,
        ticket,
        warnings,
        outcome,
        Map.of("slack", rule));
  }

  SampleAction judged(Verdict.Outcome outcome) {
    return new SampleAction(
        sql,
        masked,
        hidesValues,
        params,
        hotLines,
        comments,
        title,
        tables,
        reversible,
        reason,
        ticket,
        warnings,
        outcome,
        channels);
  }

  Proposal proposal() {
    return new Proposal(
        "shop",
        new ExecuteSql(sql, params),
        new Requester(PrincipalType.AGENT, "agent-1", "carol-sub"),
        1,
        new Limits(100, 30_000));
  }

  Requirement requirement() {
    return outcome == Verdict.Outcome.REVIEW
        ? new Requirement(List.of(new TreeMap<>(Map.of("dba", 1, "security", 1))))
        : Requirement.NONE;
  }

  Verdict verdict() {
    return new Verdict(
        outcome,
        List.of("writes-to-payments"),
        null,
        requirement(),
        1,
        Duration.ofHours(1),
        Duration.ofMinutes(10),
        List.of(),
        List.of(new Verdict.Escalation(Duration.ofMinutes(30), List.of("security"), List.of())),
        null,
        null,
        null,
        List.of(),
        channels,
        0,
        null,
        Digest.sha256("policy").value());
  }

  Packet packet(ActionId id) {
    return new Packet(
        id,
        "execute_sql",
        title,
        "shop",
        "prod",
        "write",
        sql,
        masked,
        hidesValues,
        params,
        sql.getBytes(StandardCharsets.UTF_8).length,
        hotLines,
        comments,
        tables,
        List.of("pci"),
        12L,
        100,
        reversible,
        "ledger",
        proposal().requester(),
        new Packet.Said(reason, ticket),
        List.of("writes-to-payments"),
        Digest.sha256("policy").value(),
        List.of("dba 1, security 1"),
        warnings,
        List.of(),
        List.of(),
        null,
        null,
        NOW,
        NOW.plusSeconds(3600),
        proposal().digest());
  }

  ReviewView view(ActionStatus status) {
    ActionId id = ActionId.random();
    ActionRow row =
        new ActionRow(
            id,
            "shop",
            proposal().arguments(),
            proposal().limits(),
            reason,
            ticket,
            proposal().requester(),
            List.of(),
            Set.of("carol-sub"),
            null,
            "hash",
            1,
            proposal().digest(),
            status,
            null,
            null,
            List.of("pci"),
            null,
            verdict(),
            requirement(),
            List.of("dba", "security"),
            List.of(),
            packet(id),
            Digest.sha256("packet"),
            null,
            null,
            0,
            0,
            NOW,
            NOW,
            NOW.plusSeconds(3600),
            null,
            null);
    List<Seat> seats = List.of(new Seat("dba", 1, 1), new Seat("security", 1, 0));
    return new ReviewView(
        row, packet(id), verdict(), seats, null, "https://countersign.example/actions/" + id);
  }
}
