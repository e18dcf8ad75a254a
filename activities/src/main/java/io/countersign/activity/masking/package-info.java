/** Which columns of a result are secret, and what stands in their place. */
@NullMarked
package io.countersign.activity.masking;

import org.jspecify.annotations.NullMarked;
