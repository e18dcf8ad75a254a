/** What acts for the workflow: policy, review channels, and the target databases. */
@NullMarked
package io.countersign.activity;

import org.jspecify.annotations.NullMarked;
