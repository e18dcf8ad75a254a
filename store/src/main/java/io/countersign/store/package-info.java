/** Our own PostgreSQL: what actions are, who voted, what ran. DAOs decide nothing. */
@NullMarked
package io.countersign.store;

import org.jspecify.annotations.NullMarked;
