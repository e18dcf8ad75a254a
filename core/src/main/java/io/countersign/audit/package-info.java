/** Evidence: canonical events, the Merkle tree, checkpoints, proofs and receipts. */
@NullMarked
package io.countersign.audit;

import org.jspecify.annotations.NullMarked;
