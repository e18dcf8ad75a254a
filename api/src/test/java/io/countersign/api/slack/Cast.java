package io.countersign.api.slack;

import io.countersign.action.ActionId;
import io.countersign.action.Decision;
import io.countersign.action.Digest;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One vote as it was cast. */
record Cast(
    ActionId id,
    String person,
    Decision decision,
    Digest digest,
    String reason,
    String channel,
    @Nullable Instant signedInAt) {}
