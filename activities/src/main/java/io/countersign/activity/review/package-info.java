/** Who may vote, where an action stands, and what a decision leaves. */
@NullMarked
package io.countersign.activity.review;

import org.jspecify.annotations.NullMarked;
