package io.countersign.store.verification;

import org.jdbi.v3.core.Jdbi;

/** A superuser who switches triggers off and rewrites history. */
public record Tamper(Jdbi jdbi) {
  public void run(String sql) {
    jdbi.useTransaction(
        handle -> {
          handle.execute("set local session_replication_role = replica");
          handle.createScript(sql).execute();
        });
  }
}
