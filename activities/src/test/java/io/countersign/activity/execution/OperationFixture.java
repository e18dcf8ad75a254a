package io.countersign.activity.execution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.ChangeInfrastructure;
import io.countersign.activity.infrastructure.HttpSender;
import io.countersign.activity.infrastructure.OperationConfig;
import io.countersign.activity.infrastructure.Operations;
import io.countersign.activity.infrastructure.Receiver;
import io.countersign.workflow.ExecutionActivities.Executed;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Two operations of one receiver, of which one is idempotent, and people to approve them. */
abstract class OperationFixture {
  static final String RULES =
      """
      rules:
        - {name: restarts, when: 'operation.name in ["restart", "resize"]', then: review,
           approvals: [{dba: 1}]}
      """;

  @TempDir Path folder;
  Receiver receiver;
  GateFixture gate;

  @BeforeEach
  void open() throws Exception {
    receiver = Receiver.start();
    gate = new GateFixture(folder.resolve("policy.yml"), RULES, operations(receiver.port(), 1));
  }

  @AfterEach
  void close() {
    gate.close();
    receiver.close();
  }

  /**
   * @param version stands in every request; another one is another declaration
   */
  static Operations operations(int port, int version) throws Exception {
    String json =
        """
        {"target": "shop", "description": "restarts a node",
         "parameters": {"node": {"type": "string", "maxLength": 20}},
         "http": {"method": "POST", "url": "http://ops.test:%d/v%d/{node}/restart",
           "headers": {"Authorization": "Bearer pl4nted-s3cret"}, "body": {"node": "{node}"},
           "allowPlainHttp": true, "allowedAddresses": ["127.0.0.0/8"], "idempotent": %s,
           "timeout": "1s"}}
        """;
    return new Operations(
        Map.of(
            "restart", config(json.formatted(port, version, "false")),
            "resize", config(json.formatted(port, version, "true"))),
        new HttpSender(
            host -> new InetAddress[] {InetAddress.getLoopbackAddress()},
            (SSLSocketFactory) SSLSocketFactory.getDefault()));
  }

  private static OperationConfig config(String json) throws Exception {
    OperationConfig config = new ObjectMapper().readValue(json, OperationConfig.class);
    config.check();
    return config;
  }

  static ChangeInfrastructure ask(String operation, Object node) {
    return new ChangeInfrastructure(operation, new TreeMap<>(Map.of("node", node)));
  }

  ActionId approved(String operation) {
    ActionId id = gate.judged(ask(operation, "n1"));
    gate.approves(id, "bob");
    gate.quorum(id);
    assertThat(gate.row(id).status()).isEqualTo(ActionStatus.APPROVED);
    return id;
  }

  /** Tries for as long as it is asked to, as the engine does. */
  Executed untilDone(ActionId id) {
    return AskingAgain.untilDone(() -> gate.execute(id));
  }

  String code(ActionId id) {
    return Objects.requireNonNull(gate.row(id).error()).code().name();
  }
}
