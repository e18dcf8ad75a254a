package io.countersign.activity.catalogue;

import io.countersign.sql.SafeText;

/** Names as reviewers and requesters see them. */
final class Shown {
  private static final int MOST = 80;

  private Shown() {}

  static String name(String name) {
    return "`" + SafeText.line(name, MOST).replace('`', '\'') + "`";
  }
}
