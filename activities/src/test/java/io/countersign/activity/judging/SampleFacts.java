package io.countersign.activity.judging;

import io.countersign.policy.Facts;
import java.util.List;

/** Facts of an update of payments on shop. */
public final class SampleFacts {
  public static final Facts UPDATE_PAYMENTS =
      new Facts(
          "execute_sql",
          "shop",
          "prod",
          "agent",
          "agent-1",
          List.of(),
          "write",
          1,
          List.of("public.payments"),
          List.of(),
          List.of("pci"),
          List.of(),
          null,
          false,
          "unknown",
          false,
          null,
          null);

  private SampleFacts() {}
}
