package io.countersign.api.identity;

import java.time.Instant;

/**
 * A caller as a token describes it.
 *
 * @param at when the identity provider said so, to the second
 */
record Vouched(Caller caller, Instant at) {}
