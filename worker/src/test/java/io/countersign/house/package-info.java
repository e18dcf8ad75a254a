/** Tests of the house itself: walls between packages, documents, the shape of the sources. */
@NullMarked
package io.countersign.house;

import org.jspecify.annotations.NullMarked;
