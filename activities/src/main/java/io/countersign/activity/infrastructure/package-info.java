/** Operations that config.yml declares: what is sent for them, and to where it may go. */
@NullMarked
package io.countersign.activity.infrastructure;

import org.jspecify.annotations.NullMarked;
