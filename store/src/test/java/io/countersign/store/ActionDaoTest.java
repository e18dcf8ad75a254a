package io.countersign.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ActionDaoTest {
  @Test
  void databaseIsMigrated() {
    try (TestDatabase test = TestDatabase.create()) {
      assertThat(test.database().isMigrated()).isTrue();
    }
  }
}
