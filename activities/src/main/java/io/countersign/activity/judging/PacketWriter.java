package io.countersign.activity.judging;

import io.countersign.action.ApplyMigration;
import io.countersign.action.Arguments;
import io.countersign.action.Digest;
import io.countersign.action.Packet;
import io.countersign.action.Target;
import io.countersign.policy.Verdict;
import io.countersign.sql.Analysis;
import io.countersign.sql.Analysis.Span;
import io.countersign.sql.LiteralMask;
import io.countersign.sql.Resolution;
import io.countersign.sql.SafeText;
import io.countersign.sql.TagMatch;
import io.countersign.sql.Understanding;
import io.countersign.store.action.ActionRow;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Renders what a reviewer sees, from the analysis; never from the requester's words. */
public final class PacketWriter {
  private static final int MAX_COMMENT = 500;
  private static final int MAX_WAY = 200;

  private PacketWriter() {}

  public static Packet write(
      ActionRow row,
      Target target,
      Understanding understood,
      String guarantee,
      Verdict verdict,
      Instant expiresAt) {
    return write(row, row.digest(), target, understood, guarantee, verdict, expiresAt, List.of());
  }

  /**
   * Another packet for an action that is reviewed again.
   *
   * @param digest of the revision that is voted on
   * @param guarantee that its execution would get
   * @param news what is different now; it leads the warnings
   */
  public static Packet write(
      ActionRow row,
      Digest digest,
      Target target,
      Understanding understood,
      String guarantee,
      Verdict verdict,
      @Nullable Instant expiresAt,
      List<String> news) {
    Analysis analysis = understood.analysis();
    String sql = row.arguments().text();
    byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
    int maxRows = row.limits().maxRows();
    return new Packet(
        row.id(),
        row.kind().wireName(),
        analysis.title(),
        target.name(),
        target.environment(),
        analysis.statementClass().wireName(),
        SafeText.block(sql),
        SafeText.block(LiteralMask.mask(sql, analysis)),
        !understood.tags().isEmpty() || LiteralMask.mayHoldSecret(sql, analysis),
        params(row.arguments()),
        bytes.length,
        hotLines(bytes, analysis.hotSpans()),
        comments(bytes, analysis.comments()),
        tables(understood, target),
        understood.tags(),
        understood.estimatedRows(),
        verdict.maxRows() == null ? maxRows : Math.min(maxRows, verdict.maxRows()),
        analysis.reversible().wireName(),
        guarantee,
        row.requester(),
        new Packet.Said(SafeText.block(row.reason()), safe(row.ticket())),
        verdict.rules(),
        verdict.policyVersion(),
        verdict.requirement().alternatives().stream().map(PacketWriter::seats).toList(),
        Stream.concat(news.stream(), analysis.warnings().stream()).toList(),
        analysis.uninspectable(),
        understood.resolution().effects(),
        Leaving.shown(row, understood.resolution(), verdict),
        migration(row.arguments()),
        row.createdAt(),
        expiresAt,
        digest);
  }

  /** Every table that may be touched; where the catalogue does not know, those written. */
  private static List<Packet.Table> tables(Understanding understood, Target target) {
    Analysis analysis = understood.analysis();
    Resolution resolution = understood.resolution();
    List<Packet.Table> tables = new ArrayList<>();
    for (String table : resolution.tables()) {
      tables.add(
          new Packet.Table(
              name(table),
              TagMatch.tagsTouched(resolution, target, table),
              SafeText.line(resolution.ways().getOrDefault(table, ""), MAX_WAY)));
    }
    if (tables.isEmpty()) {
      for (String table : analysis.tables()) {
        tables.add(
            new Packet.Table(
                name(table), TagMatch.tagsAsWritten(analysis, target, table), "as written"));
      }
    }
    return tables;
  }

  private static Packet.@Nullable Migration migration(Arguments arguments) {
    return arguments instanceof ApplyMigration migration
        ? new Packet.Migration(
            SafeText.line(migration.name(), MAX_WAY),
            migration.statements().stream().map(SafeText::block).toList(),
            migration.rollbackStatements().stream().map(SafeText::block).toList())
        : null;
  }

  private static List<Integer> hotLines(byte[] sql, List<Span> spans) {
    TreeSet<Integer> lines = new TreeSet<>();
    for (Span span : spans) {
      int line = 1;
      for (int i = 0; i < span.end() && i < sql.length; i++) {
        if (i >= span.start()) {
          lines.add(line);
        }
        if (sql[i] == '\n') {
          line++;
        }
      }
    }
    return List.copyOf(lines);
  }

  private static List<String> comments(byte[] sql, List<Span> spans) {
    return spans.stream()
        .map(
            span ->
                new String(sql, span.start(), span.end() - span.start(), StandardCharsets.UTF_8))
        .map(text -> text.length() > MAX_COMMENT ? text.substring(0, MAX_COMMENT) + "…" : text)
        .map(SafeText::block)
        .toList();
  }

  private static List<@Nullable String> params(Arguments arguments) {
    return arguments.steps().stream().flatMap(step -> step.params().stream()).toList();
  }

  private static String seats(SortedMap<String, Integer> alternative) {
    return alternative.entrySet().stream()
        .map(seat -> seat.getKey() + " " + seat.getValue())
        .collect(Collectors.joining(", "));
  }

  private static String name(String text) {
    return SafeText.line(text, 140);
  }

  private static @Nullable String safe(@Nullable String text) {
    return text == null ? null : SafeText.line(text, 128);
  }
}
