/**
 * Asking witnesses for their signatures under our checkpoints, and what their memory says of us.
 */
@NullMarked
package io.countersign.worker.cosigning;

import org.jspecify.annotations.NullMarked;
