package io.countersign.action;

import java.util.List;
import java.util.Map;

/**
 * What anybody may know of a target database; its credentials live with the worker only.
 *
 * @param owners who owns the data: {@code group:<idp group>} or {@code person:<id>}
 * @param tags data tags by {@code schema.table} or {@code schema.table.column}
 */
public record Target(
    String name,
    String environment,
    List<String> owners,
    List<String> searchPath,
    Map<String, List<String>> tags) {
  public Target {
    owners = List.copyOf(owners);
    searchPath = List.copyOf(searchPath);
    tags = Map.copyOf(tags);
  }
}
