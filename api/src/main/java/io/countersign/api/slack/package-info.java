/** Slack's way in: signed button presses and the link between an account and a person. */
@NullMarked
package io.countersign.api.slack;

import org.jspecify.annotations.NullMarked;
