package io.countersign.store.evidence;

import io.countersign.action.ActionId;
import io.countersign.audit.CanonicalJson;
import io.countersign.audit.EventType;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Finds entries of the evidence log, newest first. */
public final class EntrySearch {
  private static final String SELECT =
      """
      select idx, type, occurred_at, body, audit_actor(body) as actor,
        (select subject_id from audit_secret where pseudonym = audit_actor(body)) as person
      from audit_entry where true
      """;
  private static final String TYPE = " and type = :type";
  private static final String ACTION = " and action_id = :action";
  private static final String ACTOR = " and audit_actor(body) = any(:actors)";
  private static final String FROM = " and occurred_at >= :from";
  private static final String BEFORE = " and occurred_at < :before";
  private static final String AFTER = " and (occurred_at, idx) < (:at, :idx)";
  private static final String ORDER = " order by occurred_at desc, idx desc limit :limit";

  private final Jdbi jdbi;

  /**
   * What entries must be; null asks nothing.
   *
   * @param actor the id of whoever acted
   * @param before later entries are left out, this moment too
   * @param after where the page before ended
   */
  public record Filter(
      @Nullable EventType type,
      @Nullable ActionId action,
      @Nullable String actor,
      @Nullable Instant from,
      @Nullable Instant before,
      @Nullable Position after) {}

  /** The place of an entry in the list. */
  public record Position(Instant at, long index) {}

  /**
   * An entry.
   *
   * @param actor who did it: the person behind a pseudonym where there still is one
   * @param entry its exact text, which the log's tree is over
   */
  public record Found(long index, String type, Instant at, @Nullable String actor, String entry) {}

  public EntrySearch(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /** At most {@code limit} entries. */
  public List<Found> find(Filter filter, int limit) {
    return jdbi.withHandle(
        handle -> {
          Map<String, Object> values = new LinkedHashMap<>();
          String sql = statement(filter, values);
          values.put("limit", limit);
          if (filter.actor() != null) {
            values.put("actors", names(handle, filter.actor()));
          }
          return handle.createQuery(sql).bindMap(values).map((row, context) -> found(row)).list();
        });
  }

  private static Found found(ResultSet row) throws SQLException {
    @Nullable String person = row.getString("person");
    return new Found(
        row.getLong("idx"),
        row.getString("type"),
        row.getTimestamp("occurred_at").toInstant(),
        person == null ? row.getString("actor") : person,
        row.getString("body"));
  }

  /** As entries write this actor: the id as JSON, cut as the index cuts, and the pseudonym. */
  private static String[] names(Handle handle, String actor) {
    List<String> names = new ArrayList<>();
    String written = CanonicalJson.write(actor);
    names.add(cut(written.substring(1, written.length() - 1)));
    handle
        .createQuery("select pseudonym from audit_secret where subject_id = :person")
        .bind("person", actor)
        .mapTo(String.class)
        .forEach(names::add);
    return names.toArray(String[]::new);
  }

  private static String cut(String text) {
    int length = text.codePointCount(0, text.length());
    return length <= 200 ? text : text.substring(0, text.offsetByCodePoints(0, 200));
  }

  /** Made of the pieces above alone; whatever a caller says becomes a bound value. */
  static String statement(Filter filter, Map<String, Object> values) {
    StringBuilder sql = new StringBuilder(SELECT);
    if (filter.type() != null) {
      sql.append(TYPE);
      values.put("type", filter.type().wireName());
    }
    if (filter.action() != null) {
      sql.append(ACTION);
      values.put("action", filter.action().value());
    }
    if (filter.actor() != null) {
      sql.append(ACTOR);
    }
    if (filter.from() != null) {
      sql.append(FROM);
      values.put("from", filter.from());
    }
    if (filter.before() != null) {
      sql.append(BEFORE);
      values.put("before", filter.before());
    }
    if (filter.after() != null) {
      sql.append(AFTER);
      values.put("at", filter.after().at());
      values.put("idx", filter.after().index());
    }
    return sql.append(ORDER).toString();
  }
}
