package io.countersign.worker.kill;

import io.countersign.action.ActionStatus;

/** Statements of which it can be counted how often they took effect; {@code $1} is a key. */
enum Countable {
  INSERT("insert into effect (key) values ($1)", 1, false),
  INSERT_RETURNING("insert into effect (key) values ($1) returning key", 1, true),
  THREE_ROWS("insert into effect (key) select $1::bigint from generate_series(1, 3)", 3, false),
  INCREMENT("update counter set times = times + 1 where key = $1", 1, false),
  INCREMENT_RETURNING(
      "update counter set times = times + 1 where key = $1 returning times", 1, true),
  /** Long enough to be met in the middle. */
  SLOW("insert into effect (key) select $1::bigint from pg_sleep(0.1)", 1, false),
  /** Everybody wants the same row. */
  CONTENDED(
      """
      with busy as (update hot set times = times + 1 where id = 1 returning id)
      insert into effect (key) select $1::bigint from busy
      """,
      1,
      false),
  /** The trigger of this table writes the effect, too. */
  BY_TRIGGER("insert into watched (key) values ($1)", 2, false),
  FAILS("insert into effect (key) select $1::bigint / 0", 0, false),
  /** The foreign key is looked at when COMMIT comes. */
  FAILS_AT_COMMIT("insert into effect_of (key) values ($1)", 0, false),
  /** More rows than were approved. */
  TOO_MANY("insert into effect (key) select $1::bigint from generate_series(1, 9)", 0, false);

  private final String sql;
  private final int units;
  private final boolean returnsRows;

  Countable(String sql, int units, boolean returnsRows) {
    this.sql = sql;
    this.units = units;
    this.returnsRows = returnsRows;
  }

  String sql() {
    return sql;
  }

  /** How many effects of its key one execution leaves. */
  int units() {
    return units;
  }

  boolean returnsRows() {
    return returnsRows;
  }

  ActionStatus end() {
    return units == 0 ? ActionStatus.FAILED : ActionStatus.SUCCEEDED;
  }
}
