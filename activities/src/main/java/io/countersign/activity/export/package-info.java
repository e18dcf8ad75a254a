/** What an export writes: formats, and the file in pieces. */
@NullMarked
package io.countersign.activity.export;

import org.jspecify.annotations.NullMarked;
