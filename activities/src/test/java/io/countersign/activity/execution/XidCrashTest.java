package io.countersign.activity.execution;

import io.countersign.activity.targets.TargetConfig;
import org.junit.jupiter.api.TestInstance;

/** The same instants where the target keeps nothing but its own transaction id. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class XidCrashTest extends ExecutionCrashTest {
  @Override
  TargetConfig.Guarantee guarantee() {
    return TargetConfig.Guarantee.XID;
  }
}
