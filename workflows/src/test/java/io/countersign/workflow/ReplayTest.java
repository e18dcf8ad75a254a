package io.countersign.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import io.temporal.common.WorkflowExecutionHistory;
import io.temporal.testing.WorkflowReplayer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Actions that wait while a new release is installed go on where they were: histories that a real
 * server recorded must lead the present code through the same steps.
 */
class ReplayTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "allowed-read",
        "approved-write",
        "denied-write",
        "expired-with-reminder",
        "sent-back-write"
      })
  void recordedHistoriesReplay(String name) throws Exception {
    WorkflowReplayer.replayWorkflowExecution(history(name), ActionWorkflowImpl.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "allowed-read",
        "approved-write",
        "denied-write",
        "expired-with-reminder",
        "sent-back-write"
      })
  void recordedHistoriesEnded(String name) throws Exception {
    var events = history(name).getEvents();
    assertThat(events.getLast().hasWorkflowExecutionCompletedEventAttributes()).isTrue();
  }

  private static WorkflowExecutionHistory history(String name) throws IOException {
    try (var in =
        Objects.requireNonNull(
            ReplayTest.class.getResourceAsStream("/histories/" + name + ".json"), name)) {
      return WorkflowExecutionHistory.fromJson(
          new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }
}
