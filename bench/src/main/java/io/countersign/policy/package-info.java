/** How long it takes to judge. */
@NullMarked
package io.countersign.policy;

import org.jspecify.annotations.NullMarked;
