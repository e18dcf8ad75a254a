/**
 * Running an approved action once: {@link io.countersign.activity.execution.Execution} tells the
 * story.
 */
@NullMarked
package io.countersign.activity.execution;

import org.jspecify.annotations.NullMarked;
