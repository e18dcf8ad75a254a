package io.countersign.activity.grant;

import io.countersign.action.ActionId;
import io.countersign.action.GrantRole;
import io.countersign.action.Json;
import io.countersign.activity.grant.RoleGrants.Found;
import io.countersign.activity.targets.ExecutionFault;
import io.countersign.activity.targets.ExecutionFault.Kind;
import io.countersign.activity.targets.TargetDatabase;
import io.countersign.activity.targets.TargetSession;
import io.countersign.sql.StatementClass;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.RoleGrant;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Takes one granted role back, together with a marker of its own in the target's ledger, so that it
 * happens once. Ours is the membership whose grantor granted it to us; what others granted
 * meanwhile stays. Of a grant in doubt nothing may be there: then no marker stays either, so that
 * what turns up later is taken back too.
 */
final class TakingBack {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final TargetDatabase target;
  private final RoleGrants grants;

  TakingBack(TargetDatabase target, RoleGrants grants) {
    this.target = target;
    this.grants = grants;
  }

  private record Held(String role, String grantee, String grantor, boolean isOurs) {}

  /** The key of its marker. */
  static String key(ActionId id) {
    return id + "/revoke";
  }

  Found takeBack(ActionRow row, RoleGrant grant) throws ExecutionFault {
    String name = "countersign:" + key(row.id());
    try (TargetSession session =
        target.begin(new TargetDatabase.Purpose(StatementClass.ROLE, name, TIMEOUT))) {
      boolean hasLedger = hasLedger(session.connection());
      if (hasLedger && !mark(session.connection(), row, grant)) {
        session.rollback();
        return earlier(row.id()).orElse(new Found(false, 0));
      }
      List<Held> held = held(session.connection(), (GrantRole) row.arguments(), grant);
      List<Held> ours = ours(held, grant);
      if (ours.isEmpty() && grant.isPending()) {
        session.rollback();
        return new Found(true, held.size());
      }
      for (Held membership : ours) {
        revoke(session.connection(), membership);
      }
      boolean stays =
          held(session.connection(), (GrantRole) row.arguments(), grant).stream()
              .anyMatch(Held::isOurs);
      if (stays) {
        throw ExecutionFault.of(
            Kind.NO_CREDENTIAL, "the target keeps the membership, expected it to be revoked");
      }
      // Without a ledger, what we were about to do tells who did it.
      boolean wasUs = !hasLedger && earlier(row.id()).map(was -> !was.alreadyGone()).orElse(false);
      Found found = new Found(ours.isEmpty() && !wasUs, held.size() - ours.size());
      grants.found(row.id(), found);
      session.commit();
      return found;
    } catch (SQLException e) {
      throw ExecutionFault.of(e);
    }
  }

  /** Of a grant in doubt: what another action of ours made later is that one's. */
  private List<Held> ours(List<Held> held, RoleGrant grant) {
    boolean isAnothers = grant.isPending() && grants.isGivenAnew(grant);
    return held.stream().filter(each -> each.isOurs() && !isAnothers).toList();
  }

  /** Where there is none, taking back rests on what is there: a second time finds nothing. */
  private static boolean hasLedger(Connection connection) throws SQLException {
    try (var statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                """
                select from pg_catalog.pg_class c
                join pg_catalog.pg_namespace n on n.oid = c.relnamespace
                where n.nspname = 'countersign' and c.relname = 'execution'
                  and pg_catalog.has_schema_privilege(n.oid, 'usage')
                  and pg_catalog.has_table_privilege(c.oid, 'insert')
                """)) {
      return row.next();
    }
  }

  /** False where an earlier attempt has committed; waits for one that is under way. */
  private static boolean mark(Connection connection, ActionRow row, RoleGrant grant)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            insert into countersign.execution (action_id, fence, digest) values (?, ?, ?)
            on conflict (action_id) do nothing
            """)) {
      statement.setString(1, key(row.id()));
      statement.setLong(2, grant.failures() + 1L);
      statement.setString(3, row.digest().value());
      return statement.executeUpdate() == 1;
    }
  }

  private Optional<Found> earlier(ActionId id) {
    return grants.find(id).map(RoleGrant::found).map(text -> Json.read(text, Found.class));
  }

  /** By what they were when granted; by name where the target was rebuilt since. */
  private static List<Held> held(Connection connection, GrantRole asked, RoleGrant grant)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            select r.rolname::text, g.rolname::text, by.rolname::text,
              case when ? = '' then pg_catalog.pg_has_role(m.grantor, 'usage')
                else by.oid::bigint = ? or by.rolname = ? end
            from pg_catalog.pg_auth_members m
            join pg_catalog.pg_roles r on r.oid = m.roleid
            join pg_catalog.pg_roles g on g.oid = m.member
            left join pg_catalog.pg_roles by on by.oid = m.grantor
            where (r.oid::bigint = ? or r.rolname = ?) and (g.oid::bigint = ? or g.rolname = ?)
            """)) {
      statement.setString(1, grant.grantor());
      statement.setLong(2, grant.grantorOid());
      statement.setString(3, grant.grantor());
      statement.setLong(4, grant.roleOid());
      statement.setString(5, asked.role());
      statement.setLong(6, grant.granteeOid());
      statement.setString(7, asked.grantee());
      try (ResultSet row = statement.executeQuery()) {
        List<Held> held = new ArrayList<>();
        while (row.next()) {
          String grantor = Objects.requireNonNullElse(row.getString(3), "");
          held.add(new Held(row.getString(1), row.getString(2), grantor, row.getBoolean(4)));
        }
        return held;
      }
    }
  }

  /** With what was built on it: we never grant it with the option to grant it on. */
  private static void revoke(Connection connection, Held held) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute(
          "revoke %s from %s granted by %s cascade"
              .formatted(quoted(held.role()), quoted(held.grantee()), quoted(held.grantor())));
    }
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
