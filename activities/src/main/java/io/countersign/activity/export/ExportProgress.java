package io.countersign.activity.export;

import io.countersign.action.ActionId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** How far the exports of this process are, for the heartbeats that operators see. */
public final class ExportProgress {
  private final Map<ActionId, Long> rows = new ConcurrentHashMap<>();

  public void at(ActionId id, long read) {
    rows.put(id, read);
  }

  public void over(ActionId id) {
    rows.remove(id);
  }

  /** Rows read so far; null for what is no export. */
  public @Nullable Long of(ActionId id) {
    return rows.get(id);
  }
}
