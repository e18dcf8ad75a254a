package io.countersign.activity.execution;

import io.countersign.action.GrantRole;
import io.countersign.activity.grant.RoleGrants;
import io.countersign.activity.grant.RoleGrants.Membership;
import io.countersign.activity.targets.Differences;
import io.countersign.activity.targets.ExecutionFault;
import io.countersign.activity.targets.ExecutionFault.Kind;
import io.countersign.activity.targets.Meanings;
import io.countersign.activity.targets.TargetSession;
import io.countersign.store.action.ActionRow;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Grants a role, if both roles are what was judged and the membership is not there yet: only what
 * is ours alone can be taken back without taking more.
 */
final class GrantWork implements Work {
  private final ActionRow row;
  private final GrantRole grant;
  private final Meanings meanings;
  private final RoleGrants grants;

  GrantWork(ActionRow row, GrantRole grant, Meanings meanings, RoleGrants grants) {
    this.row = row;
    this.grant = grant;
    this.meanings = meanings;
    this.grants = grants;
  }

  @Override
  public Done run(TargetSession session) throws ExecutionFault {
    // Of two actions that grant the same, the second sees the first.
    lock(session);
    List<String> differences =
        Differences.of(session.meaning(meanings, row.proposal()), row.resolution());
    if (!differences.isEmpty()) {
      throw ExecutionFault.of(Kind.CATALOGUE_CHANGED, Differences.sentence(differences));
    }
    session.run(grant.steps().getFirst(), 1);
    Membership given = given(session);
    if (given == null) {
      throw ExecutionFault.of(
          Kind.CATALOGUE_CHANGED, "somebody else granted the same at the same moment");
    }
    grants.pending(row, grant, given);
    return new Done(0, null);
  }

  private void lock(TargetSession session) throws ExecutionFault {
    try (PreparedStatement statement =
        session
            .connection()
            .prepareStatement(
                "select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(?, 0))")) {
      statement.setString(1, "countersign/grant\n" + grant.role() + "\n" + grant.grantee());
      statement.executeQuery().close();
    } catch (SQLException e) {
      throw ExecutionFault.of(e);
    }
  }

  /** The one membership there is, if this transaction made it. */
  private @Nullable Membership given(TargetSession session) throws ExecutionFault {
    try (PreparedStatement statement =
        session
            .connection()
            .prepareStatement(
                """
                select by.rolname::text, by.oid::bigint, m.roleid::bigint, m.member::bigint,
                  m.xmin = pg_catalog.pg_current_xact_id()::pg_catalog.xid
                from pg_catalog.pg_auth_members m
                join pg_catalog.pg_roles r on r.oid = m.roleid and r.rolname = ?
                join pg_catalog.pg_roles g on g.oid = m.member and g.rolname = ?
                join pg_catalog.pg_roles by on by.oid = m.grantor
                """)) {
      statement.setString(1, grant.role());
      statement.setString(2, grant.grantee());
      try (ResultSet found = statement.executeQuery()) {
        if (!found.next() || !found.getBoolean(5)) {
          return null;
        }
        Membership given =
            new Membership(
                found.getString(1), found.getLong(2), found.getLong(3), found.getLong(4));
        return found.next() ? null : given;
      }
    } catch (SQLException e) {
      throw ExecutionFault.of(e);
    }
  }
}
