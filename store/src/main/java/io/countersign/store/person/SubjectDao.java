package io.countersign.store.person;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.customizer.Bind;
import org.jdbi.v3.sqlobject.customizer.BindMethods;
import org.jdbi.v3.sqlobject.customizer.FetchSize;
import org.jdbi.v3.sqlobject.statement.SqlBatch;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;

/** The statements on people's keys. */
@RegisterConstructorMapper(SubjectDao.Named.class)
@RegisterConstructorMapper(SubjectDao.Key.class)
interface SubjectDao {

  /** A person and what the log calls them. */
  record Named(String subjectId, String pseudonym) {}

  /** A person's own key. */
  record Key(String subjectId, String pseudonym, byte[] wrappedKey) {}

  @SqlQuery("select subject_id, pseudonym from audit_secret where pseudonym = any(:pseudonyms)")
  List<Named> known(@Bind("pseudonyms") String[] pseudonyms);

  @SqlQuery(
      """
      select subject_id, pseudonym, wrapped_key from audit_secret where pseudonym = any(:pseudonyms)
      """)
  List<Key> keys(@Bind("pseudonyms") String[] pseudonyms);

  /**
   * Everyone whom entries {@code [first, end)} name as a person, by what stands around a pseudonym
   * there: text of others has its quotes escaped. Cut at fixed texts, because a regular expression
   * takes sixteen times as long. The database sorts, and spills to its disk.
   */
  @SqlQuery(
      """
      select subject_id, pseudonym, wrapped_key from audit_secret
      where pseudonym in (
        select named.pseudonym
        from audit_entry, lateral (
          select left(rest, 47) as pseudonym
          from unnest((string_to_array(body, '"person":"'))[2:]
            || (string_to_array(body, '"on_behalf_of":"'))[2:]) rest
          where substr(rest, 48, 1) = '"'
          union all
          select left(rest, 47) from unnest((string_to_array(body, '"id":"'))[2:]) rest
          where substr(rest, 48, 17) = '","type":"person"') named
        where idx >= :first and idx < :end)
      order by pseudonym collate "C"
      """)
  @FetchSize(1_000)
  Stream<Key> namedIn(@Bind("first") long first, @Bind("end") long end);

  @SqlQuery("select wrapped_key from audit_secret where subject_id = :person")
  Optional<byte[]> wrappedKey(@Bind("person") String person);

  @SqlQuery("select subject_id, pseudonym, wrapped_key from audit_secret order by subject_id")
  List<Key> all();

  /** In the order of the ids, whoever asks: two that name the same people wait, not deadlock. */
  @SqlBatch(
      """
      insert into audit_secret (subject_id, pseudonym, wrapped_key)
      values (:subjectId, :pseudonym, :wrappedKey)
      on conflict do nothing
      """)
  void insert(@BindMethods List<Key> sorted);

  @SqlUpdate("delete from audit_secret where subject_id = :person")
  int delete(@Bind("person") String person);
}
