/** How long it takes to understand a statement. */
@NullMarked
package io.countersign.sql;

import org.jspecify.annotations.NullMarked;
