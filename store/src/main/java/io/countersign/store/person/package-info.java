/** People: who they are, how they signed in, and the pseudonym evidence calls each of them by. */
@NullMarked
package io.countersign.store.person;

import org.jspecify.annotations.NullMarked;
