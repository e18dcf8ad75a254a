/** What an action brought home: sealed rows and files, and who fetched them. */
@NullMarked
package io.countersign.store.result;

import org.jspecify.annotations.NullMarked;
