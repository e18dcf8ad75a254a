/** The story of an action, and the activities it is told with. */
@NullMarked
package io.countersign.workflow;

import org.jspecify.annotations.NullMarked;
