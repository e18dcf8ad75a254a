package io.countersign.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DatabaseTest {

  @Test
  void processThatStandsStillLosesItsTransaction() {
    try (TestDatabase control = TestDatabase.create()) {
      String after =
          control
              .database()
              .jdbi()
              .withHandle(
                  handle ->
                      handle
                          .createQuery("show idle_in_transaction_session_timeout")
                          .mapTo(String.class)
                          .one());
      assertThat(after).isEqualTo("20s");
      assertThat(control.database().isMigrated()).isTrue();
    }
  }
}
