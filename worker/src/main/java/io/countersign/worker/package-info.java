/** The program: commands, wiring and the embedded default. */
@NullMarked
package io.countersign.worker;

import org.jspecify.annotations.NullMarked;
