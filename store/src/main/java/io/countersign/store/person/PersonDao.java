package io.countersign.store.person;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.customizer.Bind;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;

/** People as the identity provider last vouched for them, and who owns an agent. */
@RegisterConstructorMapper(PersonDao.Person.class)
public interface PersonDao {

  /**
   * A person.
   *
   * @param id the immutable subject at the identity provider
   * @param idpGroups groups when last seen
   */
  record Person(
      String id, String displayName, List<String> idpGroups, boolean active, Instant seenAt) {}

  @SqlUpdate(
      """
      insert into person (id, display_name, idp_groups, seen_at)
      values (:id, :displayName, :idpGroups, :seenAt)
      on conflict (id) do update set display_name = excluded.display_name,
          idp_groups = excluded.idp_groups, seen_at = excluded.seen_at
      """)
  void saw(
      @Bind("id") String id,
      @Bind("displayName") String displayName,
      @Bind("idpGroups") List<String> idpGroups,
      @Bind("seenAt") Instant seenAt);

  @SqlQuery("select id, display_name, idp_groups, active, seen_at from person where id = :id")
  Optional<Person> find(@Bind("id") String id);

  /** The identity provider's groups that some active person held when last seen. */
  @SqlQuery("select distinct unnest(idp_groups) from person where active")
  Set<String> heldGroups();

  @SqlUpdate("update person set active = :active where id = :id")
  int setActive(@Bind("id") String id, @Bind("active") boolean active);

  @SqlUpdate(
      """
      insert into agent_owner (agent_id, person_id) values (:agentId, :personId)
      on conflict do nothing
      """)
  void own(@Bind("agentId") String agentId, @Bind("personId") String personId);

  @SqlQuery("select person_id from agent_owner where agent_id = :agentId")
  Set<String> owners(@Bind("agentId") String agentId);
}
