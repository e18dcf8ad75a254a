package io.countersign.store.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.ActionId;
import io.countersign.audit.EventType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EntrySearchTest {
  private static final int MANY = 300_000;
  private static final Instant RECORDED = Instant.parse("2026-01-02T03:04:05.678901Z");

  private final EvidenceLog evidence = new EvidenceLog();
  private final EntrySearch search = new EntrySearch(evidence.jdbi);

  @AfterEach
  void close() {
    evidence.close();
  }

  private static EntrySearch.Filter filter(
      @Nullable EventType type, @Nullable ActionId action, @Nullable String actor) {
    return new EntrySearch.Filter(type, action, actor, null, null, null);
  }

  @Test
  void everyFilterNarrowsAndPagesMeet() {
    ActionId mine = ActionId.random();
    evidence.record(EventType.ACTION_SUBMITTED, mine);
    evidence.record(EventType.VOTE_COUNTED, mine);
    evidence.record(EventType.VOTE_COUNTED, ActionId.random());
    evidence.integrator.integrate();
    assertThat(search.find(filter(null, mine, null), 10)).hasSize(2);
    assertThat(search.find(filter(EventType.VOTE_COUNTED, null, null), 10)).hasSize(2);
    assertThat(search.find(filter(EventType.VOTE_COUNTED, mine, null), 10))
        .singleElement()
        .satisfies(
            found -> {
              assertThat(found.at()).isEqualTo(RECORDED);
              assertThat(found.actor()).as("the person, not the pseudonym").isEqualTo("alice");
              assertThat(evidence.log.entries(found.index(), found.index() + 1))
                  .containsExactly(found.entry());
            });
    assertThat(search.find(filter(null, null, "alice"), 10)).hasSize(3);
    assertThat(search.find(filter(null, null, "countersign"), 10)).isNotEmpty();
    assertThat(search.find(filter(null, null, "a' or true --"), 10)).isEmpty();
    assertThat(between(RECORDED, RECORDED.plusNanos(1000))).hasSize(3);
    assertThat(between(RECORDED.plusNanos(1000), null)).doesNotContain("alice");
    assertThat(between(null, RECORDED)).doesNotContain("alice");
    List<Long> paged = new ArrayList<>();
    EntrySearch.@Nullable Position after = null;
    for (int page = 0; page < 10; page++) {
      for (EntrySearch.Found found :
          search.find(new EntrySearch.Filter(null, null, null, null, null, after), 2)) {
        paged.add(found.index());
        after = new EntrySearch.Position(found.at(), found.index());
      }
    }
    assertThat(paged).doesNotHaveDuplicates().hasSize((int) size());
  }

  private List<@Nullable String> between(@Nullable Instant from, @Nullable Instant before) {
    List<@Nullable String> actors = new ArrayList<>();
    search
        .find(new EntrySearch.Filter(null, null, null, from, before, null), 50)
        .forEach(found -> actors.add("alice".equals(found.actor()) ? "alice" : ""));
    return actors.stream().filter("alice"::equals).toList();
  }

  private long size() {
    return evidence.jdbi.withHandle(
        handle -> handle.select("select count(*) from audit_entry").mapTo(Long.class).one());
  }

  @Test
  void everySearchInALongLogUsesAnIndex() {
    evidence.jdbi.useHandle(
        handle -> {
          handle
              .createUpdate(
                  """
                  insert into audit_entry
                    (idx, leaf_hash, body, event_id, action_id, type, occurred_at)
                  select i, sha256(i::text::bytea),
                    '{"actor":{"channel":"api","id":"agent-' || i % 5000 || '","type":"agent"}}',
                    gen_random_uuid(), 'act_' || lpad((i / 8)::text, 26, '0'),
                    (array['action.submitted', 'vote.counted', 'action.succeeded'])[i % 3 + 1],
                    timestamptz '2026-01-01' + i * interval '1 second'
                  from generate_series(1000, :last) as i
                  """)
              .bind("last", 1000 + MANY)
              .execute();
          handle.execute("analyze audit_entry");
        });
    Instant from = Instant.parse("2026-01-02T00:00:00Z");
    Instant before = from.plusSeconds(600);
    EntrySearch.Position deep = new EntrySearch.Position(from, 87_000);
    ActionId action = new ActionId("act_00000000000000000000012500");
    for (EntrySearch.Filter one :
        List.of(
            filter(null, null, null),
            filter(EventType.VOTE_COUNTED, null, null),
            filter(EventType.AUDIT_HEARTBEAT, null, null),
            filter(null, action, null),
            filter(null, null, "agent-17"),
            filter(EventType.VOTE_COUNTED, null, "agent-17"),
            new EntrySearch.Filter(null, null, null, from, before, null),
            new EntrySearch.Filter(EventType.VOTE_COUNTED, null, null, from, before, null),
            new EntrySearch.Filter(null, null, null, null, null, deep),
            new EntrySearch.Filter(EventType.VOTE_COUNTED, null, null, null, null, deep))) {
      String plan = plan(one);
      assertThat(plan)
          .as("%s%n%s", one, plan)
          .contains("Index")
          .doesNotContain("Seq Scan on audit_entry");
      assertThat(rowsThrownAway(plan)).as("%s%n%s", one, plan).isLessThan(500);
    }
    assertThat(search.find(filter(null, null, "agent-17"), 100)).hasSize(60);
  }

  private String plan(EntrySearch.Filter filter) {
    Map<String, Object> values = new LinkedHashMap<>();
    String sql = "explain analyze " + EntrySearch.statement(filter, values);
    values.put("limit", 51);
    values.put("actors", new String[] {String.valueOf(filter.actor())});
    List<String> lines =
        evidence.jdbi.withHandle(
            handle ->
                handle
                    .createQuery(sql)
                    .configure(
                        SqlStatements.class, options -> options.setUnusedBindingAllowed(true))
                    .bindMap(values)
                    .mapTo(String.class)
                    .list());
    return String.join("\n", lines);
  }

  private static long rowsThrownAway(String plan) {
    return plan.lines()
        .filter(line -> line.contains("Rows Removed"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .sum();
  }
}
