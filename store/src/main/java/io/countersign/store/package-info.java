/** Our own PostgreSQL: the way in. What is kept lies in the rooms below. DAOs decide nothing. */
@NullMarked
package io.countersign.store;

import org.jspecify.annotations.NullMarked;
