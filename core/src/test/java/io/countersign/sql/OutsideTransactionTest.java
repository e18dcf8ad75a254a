package io.countersign.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutsideTransactionTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "create index concurrently on t (a)",
        "CREATE  UNIQUE\tINDEX\nCONCURRENTLY i ON t (a);",
        "/* x /* y */ */ create -- why\n index concurrently i on t (a)",
        "drop index concurrently i",
        "alter table t detach partition \"a b\" concurrently",
        "reindex table concurrently t",
        "reindex (concurrently, verbose) index i",
        "reindex (verbose) database d",
        "vacuum",
        "vacuum (full) t",
        "cluster",
        "create database d",
        "drop tablespace t",
        "alter database d set tablespace t",
        "alter system set work_mem = '1MB'",
        "create subscription s connection 'x' publication p"
      })
  void theseRunOutside(String sql) {
    assertThat(OutsideTransaction.isNeeded(sql)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "create index i on t (a)",
        "create index \"concurrently\" on t (a)",
        "comment on table t is 'create index concurrently'",
        "-- create index concurrently\nupdate t set a = 1",
        "select 'vacuum'",
        "drop index i",
        "reindex table t",
        "cluster t using i",
        "refresh materialized view concurrently v",
        "alter database d set work_mem = '1MB'",
        "alter table t detach partition p",
        ""
      })
  void theseRunInATransaction(String sql) {
    assertThat(OutsideTransaction.isNeeded(sql)).isFalse();
  }
}
