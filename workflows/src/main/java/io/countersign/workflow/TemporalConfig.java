package io.countersign.workflow;

import org.jspecify.annotations.Nullable;

/**
 * Which Temporal server runs the workflows.
 *
 * @param address {@code host:port} of the frontend
 */
public record TemporalConfig(
    String address, @Nullable String namespace, @Nullable String taskQueue, @Nullable Tls tls) {

  /** The task queue of the in-process engine and of servers that configure none. */
  public static final String DEFAULT_TASK_QUEUE = "countersign";

  /**
   * Client certificates, by file.
   *
   * @param ca authorities to trust, PEM; the system's where absent
   */
  public record Tls(
      @Nullable String ca,
      @Nullable String certificate,
      @Nullable String key,
      @Nullable String serverName) {}

  public String namespaceOrDefault() {
    return namespace == null ? "default" : namespace;
  }

  public String taskQueueOrDefault() {
    return taskQueue == null ? DEFAULT_TASK_QUEUE : taskQueue;
  }
}
