/** Judging an action: policy.yml, its facts and the verdict. */
@NullMarked
package io.countersign.policy;

import org.jspecify.annotations.NullMarked;
