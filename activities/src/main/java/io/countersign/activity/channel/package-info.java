/** Review channels outside our own pages: what they show, and keeping it true. */
@NullMarked
package io.countersign.activity.channel;

import org.jspecify.annotations.NullMarked;
