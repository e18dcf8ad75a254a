/** Understanding a statement with PostgreSQL's own grammar. */
@NullMarked
package io.countersign.sql;

import org.jspecify.annotations.NullMarked;
