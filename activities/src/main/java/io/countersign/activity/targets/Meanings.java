package io.countersign.activity.targets;

import io.countersign.action.Proposal;
import io.countersign.sql.Resolution;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** What a proposal's names mean in its target's catalogue, as one connection sees it now. */
@FunctionalInterface
public interface Meanings {
  /** Reads it afresh; nothing that was remembered counts here. Empty for an unknown target. */
  Optional<Resolution> read(Proposal proposal, Connection connection) throws SQLException;
}
