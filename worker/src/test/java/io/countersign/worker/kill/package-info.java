/** Kills, stops and races workers and servers, and counts what took effect. */
@NullMarked
package io.countersign.worker.kill;

import org.jspecify.annotations.NullMarked;
