/** Kills, stops and cuts integrators while many write evidence, and verifies the log they leave. */
@NullMarked
package io.countersign.worker.kill.log;

import org.jspecify.annotations.NullMarked;
