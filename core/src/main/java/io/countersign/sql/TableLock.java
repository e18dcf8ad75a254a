package io.countersign.sql;

import java.util.Locale;

/** PostgreSQL's locks on tables, weakest first (section 13.3.1 of its manual). */
enum TableLock {
  NONE,
  ACCESS_SHARE,
  ROW_SHARE,
  ROW_EXCLUSIVE,
  SHARE_UPDATE_EXCLUSIVE,
  SHARE,
  SHARE_ROW_EXCLUSIVE,
  EXCLUSIVE,
  ACCESS_EXCLUSIVE;

  /** In the manual's words. */
  String words() {
    return this == NONE ? SchemaChange.NO_LOCK : name().replace('_', ' ');
  }

  TableLock max(TableLock other) {
    return compareTo(other) >= 0 ? this : other;
  }

  /** As reviewed lists write it: {@code share-update-exclusive}. */
  static TableLock named(String name) {
    return valueOf(name.replace('-', '_').toUpperCase(Locale.ROOT));
  }
}
