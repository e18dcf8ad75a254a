/** What a proposal means on its target and what the policy says of it. */
@NullMarked
package io.countersign.activity.judging;

import org.jspecify.annotations.NullMarked;
