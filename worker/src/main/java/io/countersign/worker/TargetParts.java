package io.countersign.worker;

import io.countersign.activity.grant.GrantActivitiesImpl;
import io.countersign.activity.grant.GrantSweep;
import io.countersign.activity.targets.TargetDatabase;
import io.countersign.store.action.ActionStore;
import java.time.Clock;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Jdbi;

/**
 * What reaches the targets, by name. Roles whose time is over are taken back from the first moment
 * on: that needs neither Temporal nor a policy, and a start takes seconds.
 */
record TargetParts(
    Map<String, TargetDatabase> databases, GrantActivitiesImpl grants, GrantSweep sweep)
    implements AutoCloseable {

  static TargetParts start(CountersignConfig config, Jdbi jdbi, Clock clock) {
    TargetDatabase.Settings settings = settings(config);
    Map<String, TargetDatabase> databases = new TreeMap<>();
    config
        .targets()
        .forEach(
            (name, section) ->
                databases.put(name, new TargetDatabase(name, section.toConfig(), settings)));
    GrantActivitiesImpl grants =
        new GrantActivitiesImpl(jdbi, new ActionStore(jdbi), databases, clock);
    return new TargetParts(databases, grants, new GrantSweep(grants, clock).start());
  }

  private static TargetDatabase.Settings settings(CountersignConfig config) {
    TargetDatabase.Settings standard = TargetDatabase.Settings.DEFAULT;
    return new TargetDatabase.Settings(
        standard.lockTimeout(), standard.idleInTransaction(), config.results().bytes());
  }

  @Override
  public void close() {
    sweep.close();
    databases.values().forEach(TargetDatabase::close);
  }
}
