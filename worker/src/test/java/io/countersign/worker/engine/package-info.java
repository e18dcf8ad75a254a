/** Real servers for tests: PostgreSQL as Debian installs it, and Temporal. */
@NullMarked
package io.countersign.worker.engine;

import org.jspecify.annotations.NullMarked;
