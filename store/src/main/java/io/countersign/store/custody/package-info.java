/** What may be forgotten and what may not: shredding a person, retention, legal hold. */
@NullMarked
package io.countersign.store.custody;

import org.jspecify.annotations.NullMarked;
