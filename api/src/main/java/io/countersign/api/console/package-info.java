/** The web console: static files, served with a policy that lets nothing else in. */
@NullMarked
package io.countersign.api.console;

import org.jspecify.annotations.NullMarked;
