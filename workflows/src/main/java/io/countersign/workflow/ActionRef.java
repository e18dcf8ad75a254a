package io.countersign.workflow;

import io.countersign.action.ActionId;

/** All a workflow is started with: which action, and what its operators may read about it. */
public record ActionRef(ActionId id, String kind, String target) {}
