/** The witness: a process of its own that signs no shorter and no other log than it saw before. */
@NullMarked
package io.countersign.witness;

import org.jspecify.annotations.NullMarked;
