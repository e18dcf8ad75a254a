/** What an auditor takes away, to check it without us. */
@NullMarked
package io.countersign.store.auditor;

import org.jspecify.annotations.NullMarked;
