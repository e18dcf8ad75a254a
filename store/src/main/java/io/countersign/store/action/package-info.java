/** An action and everything it is decided by: its request, votes, grants, execution, messages. */
@NullMarked
package io.countersign.store.action;

import org.jspecify.annotations.NullMarked;
