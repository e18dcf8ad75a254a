/** The HTTP API: actions, votes, evidence. */
@NullMarked
package io.countersign.api;

import org.jspecify.annotations.NullMarked;
