package io.countersign.store.evidence;

import io.countersign.audit.Frontier;
import io.countersign.audit.TreeHash;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.customizer.Bind;
import org.jdbi.v3.sqlobject.customizer.BindMethods;
import org.jdbi.v3.sqlobject.statement.SqlBatch;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;
import org.jspecify.annotations.Nullable;

/** The statements on the evidence log. */
@RegisterConstructorMapper(AuditDao.Pending.class)
@RegisterConstructorMapper(AuditDao.Entry.class)
@RegisterConstructorMapper(AuditDao.Head.class)
@RegisterConstructorMapper(AuditDao.TileRow.class)
@RegisterConstructorMapper(AuditDao.Level.class)
@RegisterConstructorMapper(AuditDao.StoredCheckpoint.class)
@RegisterConstructorMapper(AuditDao.Cosigned.class)
public interface AuditDao {

  /** A row of the outbox. */
  record Pending(
      long id,
      UUID eventId,
      @Nullable String actionId,
      String type,
      Instant occurredAt,
      String body) {}

  /**
   * A row of the log.
   *
   * @param body empty where retention removed it
   */
  record Entry(
      long idx,
      byte[] leafHash,
      String body,
      UUID eventId,
      @Nullable String actionId,
      String type,
      Instant occurredAt) {

    public static Entry of(long idx, TreeHash leaf, Pending row) {
      return new Entry(
          idx,
          leaf.bytes(),
          row.body(),
          row.eventId(),
          row.actionId(),
          row.type(),
          row.occurredAt());
    }
  }

  /** How far the log reaches. */
  record Head(long size, byte[] frontier) {
    public Frontier tree() {
      return Frontier.of(size, frontier);
    }
  }

  /** Some hashes of the tree. */
  record TileRow(int level, long tileIndex, byte[] hashes) {}

  /** How much of the tree is stored at a level. */
  record Level(int level, long tiles, long bytes) {}

  /** A signed checkpoint. */
  record StoredCheckpoint(long size, byte[] root, String note, Instant createdAt) {}

  /** A checkpoint with a witness's line. */
  record Cosigned(long size, String note) {}

  /** Held until the transaction ends; one integrator at a time, whatever the process. */
  @SqlQuery("select pg_try_advisory_xact_lock(7165916604736876645)")
  boolean tryLock();

  @SqlQuery("select exists (select from audit_outbox)")
  boolean isWaiting();

  @SqlQuery(
      """
      select id, event_id, action_id, type, occurred_at, body from audit_outbox
      order by id limit :limit
      """)
  List<Pending> waiting(@Bind("limit") int limit);

  @SqlUpdate("delete from audit_outbox where id = any(:ids)")
  int deleteWaiting(@Bind("ids") Long[] ids);

  @SqlBatch(
      """
      insert into audit_entry (idx, leaf_hash, body, event_id, action_id, type, occurred_at)
      values (:idx, :leafHash, :body, :eventId, :actionId, :type, :occurredAt)
      """)
  void insertEntries(@BindMethods List<Entry> entries);

  @SqlQuery("select size, frontier from audit_head")
  Optional<Head> head();

  /** Answers 0 where the log has another size. */
  @SqlUpdate("update audit_head set size = :to, frontier = :frontier where size = :from")
  int moveHead(@Bind("from") long from, @Bind("to") long to, @Bind("frontier") byte[] frontier);

  @SqlQuery("select max(idx) from audit_entry")
  Optional<Long> lastIndex();

  @SqlQuery(
      """
      select idx, leaf_hash, coalesce(body, '') as body, event_id, action_id, type, occurred_at
      from audit_entry
      order by idx desc limit 1
      """)
  Optional<Entry> lastEntry();

  @SqlQuery("select hashes from audit_tile where level = :level and tile_index = :index")
  Optional<byte[]> tile(@Bind("level") int level, @Bind("index") long index);

  @SqlUpdate(
      """
      insert into audit_tile (level, tile_index, hashes) values (:level, :index, :hashes)
      on conflict (level, tile_index) do update set hashes = excluded.hashes
      """)
  void putTile(@Bind("level") int level, @Bind("index") long index, @Bind("hashes") byte[] hashes);

  @SqlQuery(
      """
      select level, tile_index, hashes from audit_tile
      where level > 0 order by level, tile_index
      """)
  List<TileRow> upperTiles();

  @SqlQuery(
      """
      select level, count(*) as tiles, sum(length(hashes)) as bytes from audit_tile
      group by level order by level
      """)
  List<Level> levels();

  @SqlQuery("select exists (select from audit_entry where idx < 0)")
  boolean hasEntriesBeforeTheFirst();

  @SqlUpdate(
      """
      insert into audit_checkpoint (size, root, note, created_at)
      values (:size, :root, :note, :createdAt)
      """)
  void insertCheckpoint(@BindMethods StoredCheckpoint checkpoint);

  @SqlQuery(
      """
      select size, root, note, created_at from audit_checkpoint order by size desc limit 1
      """)
  Optional<StoredCheckpoint> lastCheckpoint();

  /** The first checkpoint that covers an index, so that a receipt is the same every time. */
  @SqlQuery(
      """
      select size, root, note, created_at from audit_checkpoint
      where size > :index order by size limit 1
      """)
  Optional<StoredCheckpoint> checkpointOver(@Bind("index") long index);

  @SqlQuery(
      """
      select size, root, note, created_at from audit_checkpoint
      where size > :after order by size limit :limit
      """)
  List<StoredCheckpoint> checkpointsAfter(@Bind("after") long size, @Bind("limit") int limit);

  @SqlQuery(
      """
      select idx, leaf_hash, coalesce(body, '') as body, event_id, action_id, type, occurred_at
      from audit_entry
      where idx >= :start and idx < :end order by idx limit :limit
      """)
  List<Entry> entries(@Bind("start") long start, @Bind("end") long end, @Bind("limit") int limit);

  /** Entries of a log of that size that say they allow bodies to be removed, oldest first. */
  @SqlQuery(
      """
      select idx, leaf_hash, coalesce(body, '') as body, event_id, action_id, type, occurred_at
      from audit_entry
      where type = 'audit.retention' and idx < :size and body <> '' order by idx
      """)
  List<Entry> retentions(@Bind("size") long size);

  /** The last entry of those types, unless another one still waits in the outbox. */
  @SqlQuery(
      """
      select idx, leaf_hash, coalesce(body, '') as body, event_id, action_id, type, occurred_at
      from audit_entry
      where action_id = :action and type = any(:types)
        and not exists (select from audit_outbox where action_id = :action and type = any(:types))
      order by idx desc limit 1
      """)
  Optional<Entry> lastEntry(@Bind("action") String action, @Bind("types") String[] types);

  /** Whether an action has entries of those types without their bodies. */
  @SqlQuery(
      """
      select exists (
        select from audit_entry where action_id = :action and type = any(:types) and body is null)
      """)
  boolean isRemoved(@Bind("action") String action, @Bind("types") String[] types);

  /** The last entry of those types that names that vote. */
  @SqlQuery(
      """
      select idx, leaf_hash, coalesce(body, '') as body, event_id, action_id, type, occurred_at
      from audit_entry
      where action_id = :action and type = any(:types)
        and strpos(body, '"vote":"' || :vote || '"') > 0
      order by idx desc limit 1
      """)
  Optional<Entry> voteEntry(
      @Bind("action") String action, @Bind("types") String[] types, @Bind("vote") String vote);

  /** One statement, so that a row that moves meanwhile shows once. */
  @SqlQuery(
      """
      select body from (
        select 0 as waits, idx as position, coalesce(body, json_build_object(
            'type', type, 'effect', 'none', 'actor', json_build_object('type', 'system', 'id', ''),
            'at', to_char(occurred_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            'note', 'the time to keep it is over: only its hash is left')::text) as body
          from audit_entry where action_id = :action
        union all
        select 1, id, body from audit_outbox where action_id = :action) as events
      order by waits, position
      """)
  List<String> bodies(@Bind("action") String action);

  @SqlUpdate(
      """
      insert into audit_cosignature (size, witness, note) values (:size, :witness, :note)
      on conflict do nothing
      """)
  void insertCosignature(
      @Bind("size") long size, @Bind("witness") String witness, @Bind("note") String note);

  @SqlQuery("select max(size) from audit_cosignature where witness = :witness")
  Optional<Long> newestCosigned(@Bind("witness") String witness);

  @SqlQuery(
      """
      select size, note from audit_cosignature
      where witness = :witness and size > :after order by size limit :limit
      """)
  List<Cosigned> cosignaturesAfter(
      @Bind("witness") String witness, @Bind("after") long after, @Bind("limit") int limit);

  @SqlQuery("select size, note from audit_cosignature where size = :size order by witness")
  List<Cosigned> cosignaturesOf(@Bind("size") long size);

  @SqlQuery("select count(*) from audit_outbox")
  long countWaiting();
}
