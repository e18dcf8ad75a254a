package io.countersign.activity.targets;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

class ExecutionFaultTest {

  /** PgBouncer says 08P01 when the server behind it is gone, perhaps in the middle of a COMMIT. */
  @ParameterizedTest
  @CsvSource({
    "ERROR, 08P01, STATEMENT",
    "FATAL, 08P01, UNREACHABLE",
    "FATAL, 57P01, UNREACHABLE",
    "ERROR, 23505, STATEMENT"
  })
  void onlyTheServerBlamesTheStatement(String severity, String state, ExecutionFault.Kind kind) {
    var answer = "S%s\0C%s\0Mserver conn crashed?\0\0".formatted(severity, state);
    ExecutionFault fault =
        ExecutionFault.of(new PSQLException(new ServerErrorMessage(answer), false));
    assertThat(fault.kind()).isEqualTo(kind);
    assertThat(fault.words()).contains(state).doesNotContain("crashed");
  }
}
