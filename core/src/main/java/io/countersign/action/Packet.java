package io.countersign.action;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a reviewer sees, rendered by us from the action. The requester's words are only in {@link
 * Said}.
 *
 * @param title made from the analysis, for example {@code Delete from payments}
 * @param statement the whole text, unsafe characters escaped as \\u{XXXX}
 * @param statementMasked the same with every literal replaced, for chat
 * @param hidesValues true if chat must show the masked statement (tagged data is touched, or a
 *     value may be a secret)
 * @param hotLines line numbers (from 1) of dangerous clauses
 * @param estimatedRows rows PostgreSQL expects, or null when unknown
 * @param effects what happens besides what is written: triggers, cascades, row-level security
 * @param leaving the columns that an export takes out; null for every other kind
 * @param migration its steps; null for every other kind
 * @param seats the open seats for each alternative, as text (for example {@code dba 1, security 1})
 */
public record Packet(
    ActionId actionId,
    String kind,
    String title,
    String target,
    String environment,
    String statementClass,
    String statement,
    String statementMasked,
    boolean hidesValues,
    List<@Nullable String> params,
    int statementBytes,
    List<Integer> hotLines,
    List<String> comments,
    List<Table> tables,
    List<String> tags,
    @Nullable Long estimatedRows,
    int maxRows,
    String reversible,
    String guarantee,
    Requester requester,
    Said said,
    List<String> rules,
    String policyVersion,
    List<String> seats,
    List<String> warnings,
    List<String> uninspectable,
    List<String> effects,
    @Nullable Leaving leaving,
    @Nullable Migration migration,
    Instant createdAt,
    @Nullable Instant expiresAt,
    Digest actionDigest) {

  public Packet {
    effects = List.copyOf(Objects.requireNonNullElse(effects, List.of()));
  }

  /**
   * A table the statement touches.
   *
   * @param tags of what it touches there
   * @param how it is touched: {@code named}, or through what
   */
  public record Table(String name, List<String> tags, String how) {
    public Table {
      how = Objects.requireNonNullElse(how, "");
    }

    /** As it is written in the statement. */
    public Table(String name, List<String> tags) {
      this(name, tags, "");
    }
  }

  /**
   * What an export takes out.
   *
   * @param format of the file
   */
  public record Leaving(String format, List<Column> columns) {
    public Leaving {
      columns = List.copyOf(columns);
    }

    /**
     * A column of the file.
     *
     * @param tags of the data that its values may be made of
     * @param masked true if the file holds none of its values
     */
    public record Column(String name, String type, List<String> tags, boolean masked) {}
  }

  /**
   * A migration, statement by statement.
   *
   * @param name that its requester gave it
   * @param rollback statements that the requester says would take it back; they do not run
   */
  public record Migration(String name, List<String> steps, List<String> rollback) {
    public Migration {
      steps = List.copyOf(steps);
      rollback = List.copyOf(rollback);
    }
  }

  /** Said by the agent, unverified. */
  public record Said(String reason, @Nullable String ticket) {}
}
