/** What acts for the workflow, a room for each part; here is what brings late what was cut off. */
@NullMarked
package io.countersign.activity;

import org.jspecify.annotations.NullMarked;
