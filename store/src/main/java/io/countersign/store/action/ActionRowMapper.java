package io.countersign.store.action;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Arguments;
import io.countersign.action.Digest;
import io.countersign.action.Json;
import io.countersign.action.Limits;
import io.countersign.action.Packet;
import io.countersign.action.PrincipalType;
import io.countersign.action.Requester;
import io.countersign.action.Requirement;
import io.countersign.policy.Facts;
import io.countersign.policy.Verdict;
import io.countersign.sql.Analysis;
import io.countersign.sql.Resolution;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/** Reads an action from a row that holds all its columns. */
public final class ActionRowMapper implements RowMapper<ActionRow> {
  @Override
  public ActionRow map(ResultSet row, StatementContext context) throws SQLException {
    Requirement requirement = json(row, "requirement", Requirement.class);
    return new ActionRow(
        new ActionId(row.getString("id")),
        row.getString("target"),
        Json.read(row.getString("arguments"), Arguments.class),
        new Limits(row.getInt("max_rows"), row.getInt("statement_timeout_ms")),
        row.getString("reason"),
        row.getString("ticket"),
        requester(row),
        strings(row, "requester_groups"),
        Set.copyOf(strings(row, "parties")),
        row.getString("idempotency_key"),
        row.getString("content_hash"),
        row.getInt("revision"),
        new Digest(row.getString("digest")),
        ActionStatus.valueOf(row.getString("status")),
        json(row, "analysis", Analysis.class),
        json(row, "resolution", Resolution.class),
        strings(row, "tags"),
        json(row, "facts", Facts.class),
        json(row, "verdict", Verdict.class),
        requirement == null ? Requirement.NONE : requirement,
        strings(row, "review_groups"),
        strings(row, "review_idp_groups"),
        json(row, "packet", Packet.class),
        digest(row.getString("packet_digest")),
        json(row, "outcome", Outcome.class),
        json(row, "error", ActionError.class),
        row.getLong("fence"),
        row.getInt("escalation_step"),
        instant(row, "created_at"),
        instant(row, "changed_at"),
        optionalInstant(row, "expires_at"),
        optionalInstant(row, "approved_at"),
        optionalInstant(row, "execute_before"));
  }

  private static Requester requester(ResultSet row) throws SQLException {
    PrincipalType type =
        PrincipalType.valueOf(row.getString("requester_type").toUpperCase(Locale.ROOT));
    return new Requester(type, row.getString("requester_id"), row.getString("on_behalf_of"));
  }

  private static <T> @Nullable T json(ResultSet row, String column, Class<T> type)
      throws SQLException {
    String text = row.getString(column);
    return text == null ? null : Json.read(text, type);
  }

  private static @Nullable Digest digest(@Nullable String text) {
    return text == null ? null : new Digest(text);
  }

  private static List<String> strings(ResultSet row, String column) throws SQLException {
    return List.of((String[]) row.getArray(column).getArray());
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  private static @Nullable Instant optionalInstant(ResultSet row, String column)
      throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }
}
