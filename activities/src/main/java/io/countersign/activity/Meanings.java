package io.countersign.activity;

import io.countersign.sql.Analysis;
import io.countersign.sql.Resolution;
import java.sql.Connection;
import java.sql.SQLException;

/** What a statement's names mean in a target's catalogue, as one connection sees it now. */
@FunctionalInterface
interface Meanings {
  /** Reads it afresh; nothing that was remembered counts here. */
  Resolution read(Connection connection, Analysis analysis) throws SQLException;
}
