package io.countersign.policy;

import java.time.Instant;

/**
 * What a judgement depends on beside the facts of the action.
 *
 * @param now decides which freezes are in force
 * @param spending decides which budgets are used up
 */
public record Circumstances(Instant now, Spending spending) {}
