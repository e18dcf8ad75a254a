package io.countersign.workflow;

import io.countersign.action.ActionStatus;
import io.countersign.action.Code;
import org.jspecify.annotations.Nullable;

/**
 * What became of a vote.
 *
 * @param counted false where it was refused; then {@code code} says why
 * @param status of the action after the vote
 */
public record VoteReceipt(boolean counted, @Nullable Code code, ActionStatus status) {}
