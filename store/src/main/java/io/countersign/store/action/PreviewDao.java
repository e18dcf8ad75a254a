package io.countersign.store.action;

import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.sqlobject.customizer.Bind;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;

/** Questions on their way to a worker and answers on their way back; both gone when read. */
public interface PreviewDao {

  @SqlUpdate("insert into preview (id, question, asked_at) values (:id, :question, :askedAt)")
  void ask(
      @Bind("id") String id, @Bind("question") String question, @Bind("askedAt") Instant askedAt);

  @SqlQuery("select question from preview where id = :id and answer is null")
  Optional<String> question(@Bind("id") String id);

  @SqlUpdate("update preview set answer = :answer where id = :id")
  void answer(@Bind("id") String id, @Bind("answer") String answer);

  @SqlQuery("select answer from preview where id = :id and answer is not null")
  Optional<String> answered(@Bind("id") String id);

  /** Whatever became of it. */
  @SqlUpdate("delete from preview where id = :id")
  void forget(@Bind("id") String id);

  /** What a process that died left behind. */
  @SqlUpdate("delete from preview where asked_at < :before")
  int forgetOlder(@Bind("before") Instant before);
}
