package io.countersign.store.action;

import io.countersign.action.ActionId;
import io.countersign.action.Json;
import io.countersign.policy.Facts;
import io.countersign.policy.Verdict;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.StatementContext;

/** Reads what an action was judged by. */
public final class JudgedActionMapper implements RowMapper<JudgedAction> {

  @Override
  public JudgedAction map(ResultSet row, StatementContext context) throws SQLException {
    return new JudgedAction(
        new ActionId(row.getString("id")),
        row.getTimestamp("created_at").toInstant(),
        Json.read(row.getString("facts"), Facts.class),
        Json.read(row.getString("verdict"), Verdict.class));
  }
}
