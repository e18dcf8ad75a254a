package io.countersign.worker.kill;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.activity.targets.TargetConfig.Guarantee;
import io.countersign.store.TestDatabase;
import org.junit.jupiter.api.Test;

class RoundTripsTest {

  @Test
  void ledgerCostsTwoMoreThanPlainJdbc() throws Exception {
    try (var control = new ControlSide(TestDatabase.emptyDatabase("trips_control"));
        var cost =
            new ExecutionCost(
                control, new TargetSide(TestDatabase.emptyDatabase("trips_target")))) {
      long plain = cost.plainTrips();
      long ledger = cost.trips(Guarantee.LEDGER);
      System.out.printf(
          "measured: round trips to the target, plain %d, ledger %d%n", plain, ledger);
      assertThat(ledger).isBetween(plain + 1, plain + 2);
    }
  }
}
