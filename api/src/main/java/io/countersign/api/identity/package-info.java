/** Who calls: bearer tokens, sign-in for the console, and the demo's own issuer. */
@NullMarked
package io.countersign.api.identity;

import org.jspecify.annotations.NullMarked;
