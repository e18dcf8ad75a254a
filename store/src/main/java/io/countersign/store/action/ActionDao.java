package io.countersign.store.action;

import io.countersign.action.ActionId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jdbi.v3.sqlobject.config.RegisterRowMapper;
import org.jdbi.v3.sqlobject.customizer.Bind;
import org.jdbi.v3.sqlobject.customizer.BindMap;
import org.jdbi.v3.sqlobject.customizer.BindMethods;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;
import org.jspecify.annotations.Nullable;

/** The statements on table {@code action}. */
@RegisterRowMapper(ActionRowMapper.class)
public interface ActionDao {

  /** Answers 0 where this requester already used the idempotency key. */
  @SqlUpdate(
      """
      insert into action (id, kind, target, arguments, max_rows, statement_timeout_ms, reason,
          ticket, requester_type, requester_id, requester_groups, on_behalf_of, parties,
          idempotency_key, content_hash, digest, status, created_at, changed_at)
      values (:id, :kind, :target, :arguments, :maxRows, :statementTimeoutMillis, :reason,
          :ticket, :requesterType, :requesterId, :requesterGroups, :onBehalfOf, :parties,
          :idempotencyKey, :contentHash, :digest, 'EVALUATING', :at, :at)
      on conflict (requester_type, requester_id, idempotency_key) do nothing
      """)
  int insert(@BindMethods NewAction action);

  @SqlQuery("select * from action where id = :id")
  Optional<ActionRow> find(@Bind("id") String id);

  @SqlQuery("select * from action where id = :id for update")
  Optional<ActionRow> lock(@Bind("id") String id);

  @SqlQuery(
      """
      select * from action
      where requester_type = :type and requester_id = :id and idempotency_key = :key
      """)
  Optional<ActionRow> findByKey(
      @Bind("type") String requesterType, @Bind("id") String requesterId, @Bind("key") String key);

  /** Answers 0 where the action stands in none of the expected states. */
  @SqlUpdate(
      """
      update action set status = :to, changed_at = :at,
          analysis = coalesce(:analysis, analysis), tags = coalesce(:tags, tags),
          resolution = coalesce(:resolution, resolution), facts = coalesce(:facts, facts),
          verdict = coalesce(:verdict, verdict), requirement = coalesce(:requirement, requirement),
          review_groups = coalesce(:reviewGroups, review_groups),
          review_idp_groups = coalesce(:reviewIdpGroups, review_idp_groups),
          packet = coalesce(:packet, packet),
          packet_digest = coalesce(:packetDigest, packet_digest),
          outcome = coalesce(:outcome, outcome), error = coalesce(:error, error),
          expires_at = coalesce(:expiresAt, expires_at),
          approved_at = coalesce(:approvedAt, approved_at),
          execute_before = coalesce(:executeBefore, execute_before),
          tables = coalesce(:tables, tables), revision = coalesce(:revision, revision),
          digest = coalesce(:digest, digest),
          escalation_step = coalesce(:escalationStep, escalation_step)
      where id = :id and status = any(:from)
      """)
  int transition(
      @Bind("id") String id,
      @Bind("from") List<String> from,
      @Bind("to") String to,
      @Bind("at") Instant at,
      @BindMap(
              keys = {
                "analysis",
                "resolution",
                "tags",
                "facts",
                "verdict",
                "requirement",
                "reviewGroups",
                "reviewIdpGroups",
                "packet",
                "packetDigest",
                "outcome",
                "error",
                "expiresAt",
                "approvedAt",
                "executeBefore",
                "tables",
                "revision",
                "digest",
                "escalationStep"
              })
          Map<String, Object> columns);

  /** Answers 0 where the step was recorded before or the review is over. */
  @SqlUpdate(
      """
      update action set escalation_step = :step, requirement = :requirement,
          review_groups = :reviewGroups, review_idp_groups = :reviewIdpGroups
      where id = :id and status = 'PENDING_REVIEW' and escalation_step = :step - 1
      """)
  int escalate(
      @Bind("id") String id,
      @Bind("step") int step,
      @Bind("requirement") String requirement,
      @Bind("reviewGroups") List<String> reviewGroups,
      @Bind("reviewIdpGroups") List<String> reviewIdpGroups);

  /** Takes the next fence; empty where the action may not execute. */
  @SqlQuery(
      """
      update action set fence = fence + 1, status = 'EXECUTING', changed_at = :at
      where id = :id and status in ('APPROVED', 'EXECUTING')
      returning fence
      """)
  Optional<Long> takeFence(@Bind("id") String id, @Bind("at") Instant at);

  /** The next fence for whoever holds this one; empty where somebody else took it. */
  @SqlQuery(
      """
      update action set fence = fence + 1, changed_at = :at
      where id = :id and status = 'EXECUTING' and fence = :fence
      returning fence
      """)
  Optional<Long> nextFence(
      @Bind("id") String id, @Bind("fence") long fence, @Bind("at") Instant at);

  @SqlQuery("select fence from action where id = :id for update")
  long lockFence(@Bind("id") String id);

  /** Actions that should have a running workflow and last changed in the given time. */
  @SqlQuery(
      """
      select id from action
      where status in ('EVALUATING', 'PENDING_REVIEW', 'APPROVED', 'EXECUTING',
          'NEEDS_RECONCILIATION')
        and changed_at > :after and changed_at <= :before
      order by changed_at limit :limit
      """)
  List<String> open(
      @Bind("after") Instant after, @Bind("before") Instant before, @Bind("limit") int limit);

  /** Every action judged since then, oldest first, one at a time. */
  @SqlQuery(
      """
      select id, created_at, facts, verdict from action
      where created_at >= :since and facts is not null and verdict is not null
      order by created_at, id
      """)
  @RegisterRowMapper(JudgedActionMapper.class)
  void judgedSince(@Bind("since") Instant since, Consumer<JudgedAction> consumer);

  /**
   * Newest first. A null filter matches everything; visibility: own requests, those one is a party
   * of, and those whose reviewers' groups one shares, or all of them; an operator also sees those
   * in doubt.
   */
  @SqlQuery(
      """
      select * from action
      where (:status::text is null or status = :status)
        and (:target::text is null or target = :target)
        and (:kind::text is null or kind = :kind)
        and (:requester::text is null or requester_id = :requester)
        and (:all or (:operator and status = 'NEEDS_RECONCILIATION')
             or (requester_type = :viewerType and requester_id = :viewer)
             or (:viewerType = 'person'
                 and (:viewer = any(parties) or review_idp_groups && :viewerGroups::text[])))
        and (:beforeTime::timestamptz is null
             or (created_at, id) < (:beforeTime::timestamptz, :beforeId::text))
      order by created_at desc, id desc limit :limit
      """)
  List<ActionRow> list(@BindMethods ActionFilter filter);

  /** A stored action by id, for callers that hold the typed id. */
  default Optional<ActionRow> find(ActionId id) {
    return find(id.value());
  }

  /** What a list asks for. */
  record ActionFilter(
      @Nullable String status,
      @Nullable String target,
      @Nullable String kind,
      @Nullable String requester,
      boolean all,
      boolean operator,
      String viewerType,
      String viewer,
      List<String> viewerGroups,
      @Nullable Instant beforeTime,
      @Nullable String beforeId,
      int limit) {}
}
