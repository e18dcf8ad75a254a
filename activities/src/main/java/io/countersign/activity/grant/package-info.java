/** Roles that were granted for a while, and how they are taken back. */
@NullMarked
package io.countersign.activity.grant;

import org.jspecify.annotations.NullMarked;
