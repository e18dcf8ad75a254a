package io.countersign.activity.targets;

import java.sql.SQLException;
import java.sql.SQLWarning;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.ResultHandler;

/**
 * Keeps the first error of a statement, and no notice: one may quote values, and nobody reads it.
 */
abstract class FirstError implements ResultHandler {
  private @Nullable SQLException failure;

  @Override
  public void handleCommandStatus(String status, long updateCount, long insertOid) {}

  @Override
  public void handleWarning(SQLWarning warning) {}

  @Override
  public void handleError(SQLException error) {
    if (failure == null) {
      failure = error;
    }
  }

  @Override
  public void handleCompletion() throws SQLException {
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public void secureProgress() {}

  @Override
  public @Nullable SQLException getException() {
    return failure;
  }
}
