package io.countersign.store.action;

import io.countersign.action.ActionId;
import io.countersign.policy.Facts;
import io.countersign.policy.Verdict;
import java.time.Instant;

/** An action's facts and the verdict they got, without anything its requester wrote. */
public record JudgedAction(ActionId id, Instant submittedAt, Facts facts, Verdict verdict) {}
