package io.countersign.activity.execution;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.countersign.action.ActionId;
import io.countersign.action.ExportData;
import io.countersign.action.ExportData.Format;
import io.countersign.activity.execution.ExecutionFixture.Options;
import io.countersign.sql.StatementClass;
import io.countersign.store.result.ArtifactReader;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Approved exports and their files. */
final class ExportFixture implements AutoCloseable {
  final ExecutionFixture databases = new ExecutionFixture();

  ExportFixture() throws Exception {}

  @Override
  public void close() {
    databases.close();
  }

  ActionId export(Options options, Format format, String sql, @Nullable String... params) {
    return databases.approved(
        options, StatementClass.EXPORT, new ExportData(sql, Arrays.asList(params), format));
  }

  ActionId export(Format format, String sql, @Nullable String... params) {
    return export(Options.PLAIN.maxRows(1_000_000), format, sql, params);
  }

  Optional<ArtifactReader> take(ActionId id) {
    return databases
        .control
        .database()
        .jdbi()
        .inTransaction(handle -> databases.artifacts.take(handle, id));
  }

  String file(ActionId id) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    take(id).orElseThrow().writeTo(out);
    return out.toString(UTF_8);
  }

  long pieces(ActionId id) {
    return databases
        .control
        .database()
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery("select count(*) from artifact_chunk where action_id = :id")
                    .bind("id", id.value())
                    .mapTo(Long.class)
                    .one());
  }

  long files(ActionId id) {
    return databases
        .control
        .database()
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery("select count(*) from artifact where action_id = :id")
                    .bind("id", id.value())
                    .mapTo(Long.class)
                    .one());
  }
}
