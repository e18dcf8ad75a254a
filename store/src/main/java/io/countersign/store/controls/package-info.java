/** What the log answers to the controls that auditors test: counts, exceptions, a sample. */
@NullMarked
package io.countersign.store.controls;

import org.jspecify.annotations.NullMarked;
