/** From outbox to log: numbering, tiling, signing, and taking a new key. */
@NullMarked
package io.countersign.store.integration;

import org.jspecify.annotations.NullMarked;
