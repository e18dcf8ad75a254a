package io.countersign.activity.judging;

import io.countersign.action.Code;
import io.countersign.action.Digest;
import io.countersign.action.GrantRole;
import io.countersign.policy.Durations;
import io.countersign.sql.Resolution;
import io.countersign.sql.SafeText;
import io.countersign.store.action.ActionError;
import io.countersign.store.action.ActionError.Retry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a target's catalogue says of a role that shall be granted, and of who shall get it.
 *
 * @param resolution with a fingerprint of both roles, and what the role may in words
 * @param attributes of the role and of every role it is a member of
 * @param impossible why it cannot be granted, whatever the policy says
 */
record RoleReading(
    Resolution resolution, List<String> attributes, @Nullable ActionError impossible) {
  private static final int SHOWN = 70;

  private static final String HELD =
      """
      with recursive held (id) as (
        select oid from pg_catalog.pg_roles where rolname = ?
        union
        select m.roleid from pg_catalog.pg_auth_members m join held h on m.member = h.id)
      select r.oid::bigint, r.rolname::text, r.rolsuper, r.rolreplication, r.rolcreaterole,
        r.rolcreatedb, r.rolbypassrls
      from held h join pg_catalog.pg_roles r on r.oid = h.id order by r.rolname
      """;

  /** In the order of {@link #HELD}'s columns, with what it means to people. */
  private static final SequencedMap<String, String> ATTRIBUTES = attributeWords();

  private static SequencedMap<String, String> attributeWords() {
    SequencedMap<String, String> words = new LinkedHashMap<>();
    words.put("superuser", "is a superuser: nothing is closed to it");
    words.put("replication", "may replicate: it can copy every database of the server");
    words.put("createrole", "may create and change other roles");
    words.put("createdb", "may create databases");
    words.put("bypassrls", "sees past row-level security");
    return words;
  }

  private record Role(long oid, String name, List<String> attributes) {
    boolean isPredefined() {
      return name.startsWith("pg_");
    }
  }

  /** For a catalogue that did not answer: nobody knows what the role may. */
  static RoleReading unreadable() {
    return new RoleReading(
        Resolution.unreadable(),
        List.of(),
        new ActionError(
            Code.UNAVAILABLE,
            "the target's catalogue could not be read, so nobody knows what the role may",
            Retry.AFTER));
  }

  static RoleReading read(Connection connection, GrantRole grant) throws SQLException {
    List<Role> role = held(connection, grant.role());
    List<Role> grantee = held(connection, grant.grantee());
    if (role.isEmpty() || grantee.isEmpty()) {
      String missing = role.isEmpty() ? grant.role() : grant.grantee();
      return impossible(Code.UNKNOWN_ROLE, "the target has no role " + shown(missing));
    }
    if (role.stream().anyMatch(held -> held.name().equals(grant.grantee()))) {
      return impossible(
          Code.UNKNOWN_ROLE,
          "%s is or holds %s: expected another role"
              .formatted(shown(grant.role()), shown(grant.grantee())));
    }
    List<String> attributes = attributes(role);
    SortedMap<String, String> fingerprint = new TreeMap<>();
    fingerprint.put("role " + shown(grant.role()), Digest.sha256(role.toString()).value());
    fingerprint.put("role " + shown(grant.grantee()), Digest.sha256(oid(grantee, grant)).value());
    boolean isMember = isMember(connection, grant);
    fingerprint.put(
        "membership of %s in %s".formatted(shown(grant.grantee()), shown(grant.role())),
        isMember ? "held" : "none");
    Resolution resolution =
        new Resolution(List.of(), List.of(), effects(grant, role, grantee), List.of(), fingerprint);
    return new RoleReading(resolution, attributes, isMember ? alreadyGranted(grant) : null);
  }

  private static String oid(List<Role> held, GrantRole grant) {
    return held.stream()
        .filter(role -> role.name().equals(grant.grantee()))
        .map(role -> String.valueOf(role.oid()))
        .findFirst()
        .orElseThrow();
  }

  /** What would be taken back is not what was granted: so it is not granted a second time. */
  private static ActionError alreadyGranted(GrantRole grant) {
    return new ActionError(
        Code.ALREADY_GRANTED,
        "%s holds %s already: taking it back later would take away what was there before"
            .formatted(shown(grant.grantee()), shown(grant.role())),
        Retry.AFTER);
  }

  private static RoleReading impossible(Code code, String why) {
    return new RoleReading(
        new Resolution(List.of(), List.of(), List.of(), List.of(why), new TreeMap<>()),
        List.of(),
        new ActionError(code, why, Retry.RESUBMIT));
  }

  private static List<Role> held(Connection connection, String name) throws SQLException {
    List<Role> roles = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(HELD)) {
      statement.setString(1, name);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          List<String> attributes = new ArrayList<>();
          int column = 3;
          for (String attribute : ATTRIBUTES.keySet()) {
            if (row.getBoolean(column++)) {
              attributes.add(attribute);
            }
          }
          roles.add(new Role(row.getLong(1), row.getString(2), attributes));
        }
      }
    }
    return roles;
  }

  private static boolean isMember(Connection connection, GrantRole grant) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            select from pg_catalog.pg_auth_members m
            join pg_catalog.pg_roles r on r.oid = m.roleid and r.rolname = ?
            join pg_catalog.pg_roles g on g.oid = m.member and g.rolname = ?
            """)) {
      statement.setString(1, grant.role());
      statement.setString(2, grant.grantee());
      try (ResultSet row = statement.executeQuery()) {
        return row.next();
      }
    }
  }

  private static List<String> attributes(List<Role> held) {
    TreeSet<String> attributes = new TreeSet<>();
    for (Role role : held) {
      attributes.addAll(role.attributes());
      if (role.isPredefined()) {
        attributes.add(role.name());
      }
    }
    return List.copyOf(attributes);
  }

  private static List<String> effects(GrantRole grant, List<Role> held, List<Role> before) {
    List<String> effects = new ArrayList<>();
    String role = shown(grant.role());
    effects.add(
        "%s gets what %s may, for %s; then it is taken back"
            .formatted(shown(grant.grantee()), role, Durations.show(grant.duration())));
    for (Role each : held) {
      boolean isItself = each.name().equals(grant.role());
      if (!isItself) {
        effects.add(
            "%s is a member of %s and may what that may".formatted(role, shown(each.name())));
      }
      for (Map.Entry<String, String> attribute : ATTRIBUTES.entrySet()) {
        if (each.attributes().contains(attribute.getKey())) {
          effects.add(shown(each.name()) + " " + attribute.getValue());
        }
      }
    }
    if (before.stream().anyMatch(each -> each.name().equals(grant.role()))) {
      effects.add(
          "%s has it already through another role, and keeps that"
              .formatted(shown(grant.grantee())));
    }
    return effects;
  }

  private static String shown(String name) {
    return "`" + SafeText.line(name, SHOWN) + "`";
  }
}
