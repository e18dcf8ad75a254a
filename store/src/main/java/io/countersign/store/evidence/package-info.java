/** The log of what happened: the outbox everyone writes to and the entries, proofs and search. */
@NullMarked
package io.countersign.store.evidence;

import org.jspecify.annotations.NullMarked;
