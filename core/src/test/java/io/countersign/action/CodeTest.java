package io.countersign.action;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The codes of HTTP errors are a contract with every client. */
class CodeTest {
  @Test
  void everyCodeKeepsItsHttpStatus() {
    Map<Integer, List<String>> byStatus =
        Stream.of(Code.values())
            .filter(code -> code.httpStatus() != 200)
            .collect(
                Collectors.groupingBy(
                    Code::httpStatus, Collectors.mapping(Code::name, Collectors.toList())));
    assertThat(byStatus)
        .isEqualTo(
            Map.of(
                401, List.of("UNAUTHENTICATED"),
                403,
                    List.of(
                        "FORBIDDEN",
                        "PARTY_CANNOT_APPROVE",
                        "NOT_A_REVIEWER",
                        "AGENT_CANNOT_DECIDE",
                        "STEP_UP_REQUIRED",
                        "NOT_LINKED"),
                404, List.of("NOT_FOUND"),
                409, List.of("STALE_DIGEST", "NOT_PENDING", "IDEMPOTENCY_MISMATCH"),
                410, List.of("GONE"),
                413, List.of("TOO_LARGE"),
                422, List.of("VALIDATION"),
                429, List.of("RATE_LIMITED", "COOLDOWN"),
                503, List.of("UNAVAILABLE")));
  }

  @Test
  void codesOfAnActionsEndAreNoHttpErrors() {
    assertThat(
            List.of(
                Code.POLICY_REFUSED,
                Code.DENIED_BY_REVIEWER,
                Code.UNINSPECTABLE,
                Code.SQL_ERROR,
                Code.ROW_LIMIT,
                Code.OUTCOME_UNKNOWN))
        .allSatisfy(code -> assertThat(code.httpStatus()).isEqualTo(200));
  }
}
