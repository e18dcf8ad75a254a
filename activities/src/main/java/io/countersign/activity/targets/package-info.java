/**
 * How a target is reached and spoken to: connections, sessions, proofs of what took effect, and
 * what a target must have.
 */
@NullMarked
package io.countersign.activity.targets;

import org.jspecify.annotations.NullMarked;
