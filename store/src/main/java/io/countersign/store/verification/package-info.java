/** What `audit verify` holds against the log: the entries, the anchors and the live tables. */
@NullMarked
package io.countersign.store.verification;

import org.jspecify.annotations.NullMarked;
