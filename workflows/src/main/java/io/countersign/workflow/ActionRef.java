package io.countersign.workflow;

import io.countersign.action.ActionId;

/**
 * All a workflow is started with: which action, and what its operators may read about it.
 *
 * @param reviewUrl the action's page in the console
 */
public record ActionRef(ActionId id, String kind, String target, String reviewUrl) {}
