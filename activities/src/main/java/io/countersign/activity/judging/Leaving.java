package io.countersign.activity.judging;

import io.countersign.action.ActionKind;
import io.countersign.action.ExportData;
import io.countersign.action.ExportData.Format;
import io.countersign.action.Packet;
import io.countersign.action.PrincipalType;
import io.countersign.action.Statement;
import io.countersign.action.Target;
import io.countersign.activity.masking.ColumnTags;
import io.countersign.activity.targets.ResultColumn;
import io.countersign.policy.Facts;
import io.countersign.policy.Verdict;
import io.countersign.sql.Analysis;
import io.countersign.sql.Resolution;
import io.countersign.sql.Resolution.Returned;
import io.countersign.sql.SafeText;
import io.countersign.sql.StatementClass;
import io.countersign.sql.Understanding;
import io.countersign.store.action.ActionRow;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What an export takes out of a target: only of a read that is understood can that be said. */
final class Leaving {
  private static final int SHOWN_NAME = 140;
  private static final String NO_READ = "an export is a plain read, expected SELECT";

  private Leaving() {}

  /** The read as an export, with its columns; what is no such read stays what it is. */
  static Understanding of(TargetCatalogue catalogue, ExportData export, Understanding read) {
    Analysis analysis = read.analysis();
    if (analysis.statementClass() == StatementClass.EXPORT) {
      // COPY has the class of an export, and is none of ours.
      return understanding(read, read.resolution(), analysis.unfit(NO_READ));
    }
    if (analysis.statementClass() != StatementClass.READ || !analysis.isComplete()) {
      return read;
    }
    Statement statement = export.steps().getFirst();
    Optional<List<Returned>> asked =
        catalogue.returned(statement).map(columns -> returned(columns, catalogue.target(), read));
    List<Returned> columns = asked.orElse(List.of());
    Optional<String> objection =
        asked.isEmpty()
            ? Optional.of("PostgreSQL does not say which columns the export has")
            : objection(columns, export.format());
    if (objection.isEmpty()) {
      return understanding(read, read.resolution().returning(columns), analysis.exported());
    }
    Resolution objecting = read.resolution().objecting(List.of(objection.get()));
    return understanding(read, objecting, analysis.settledBy(objecting));
  }

  private static Understanding understanding(
      Understanding read, Resolution resolution, Analysis analysis) {
    return new Understanding(analysis, resolution, read.tags(), read.estimatedRows());
  }

  private static List<Returned> returned(
      List<ResultColumn> columns, Target target, Understanding read) {
    ColumnTags tags = new ColumnTags(target, read.tags(), true);
    return columns.stream()
        .map(column -> new Returned(column.name(), column.type(), List.copyOf(tags.of(column))))
        .toList();
  }

  private static Optional<String> objection(List<Returned> columns, Format format) {
    if (columns.isEmpty()) {
      return Optional.of("the export has no columns, expected at least one");
    }
    Set<String> names = new HashSet<>();
    for (Returned column : columns) {
      if (!names.add(column.name()) && format == Format.JSONL) {
        return Optional.of(
            "the export has two columns `%s`, expected different names in jsonl"
                .formatted(SafeText.line(column.name(), SHOWN_NAME)));
      }
    }
    return Optional.empty();
  }

  /** No policy lets anything but such a read be exported. */
  static Verdict check(Facts facts, Verdict verdict) {
    boolean isExport = facts.kind().equals(ActionKind.EXPORT_DATA.wireName());
    if (!isExport || facts.statementClass().equals(StatementClass.EXPORT.wireName())) {
      return verdict;
    }
    return verdict.refusing(
        "an export must be a plain read that is understood, this statement is of class "
            + facts.statementClass());
  }

  /** As reviewers see it; null for what is no export. */
  static Packet.@Nullable Leaving shown(ActionRow row, Resolution resolution, Verdict verdict) {
    if (!(row.arguments() instanceof ExportData export)) {
      return null;
    }
    boolean isAgents = row.requester().type() == PrincipalType.AGENT;
    return new Packet.Leaving(
        export.format().wireName(),
        resolution.returned().stream()
            .map(
                column ->
                    new Packet.Leaving.Column(
                        SafeText.line(column.name(), SHOWN_NAME),
                        SafeText.line(column.type(), SHOWN_NAME),
                        column.tags(),
                        isAgents
                            ? !column.tags().isEmpty()
                            : column.tags().stream().anyMatch(verdict.mask()::contains)))
            .toList());
  }
}
