package io.countersign.store.person;

import java.util.List;
import java.util.Optional;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.customizer.Bind;
import org.jdbi.v3.sqlobject.customizer.BindMethods;
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
