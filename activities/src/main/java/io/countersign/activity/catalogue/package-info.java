/** What the names of a statement mean in a target's catalogue, read over any connection to it. */
@NullMarked
package io.countersign.activity.catalogue;

import org.jspecify.annotations.NullMarked;
