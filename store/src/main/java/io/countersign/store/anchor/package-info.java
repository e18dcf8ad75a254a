/** The roots given to the world, so that a rewritten log can be told from the log it replaced. */
@NullMarked
package io.countersign.store.anchor;

import org.jspecify.annotations.NullMarked;
