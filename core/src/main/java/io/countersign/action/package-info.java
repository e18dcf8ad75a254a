/** The action: its identity, life, digest, reviewers' seats and the packet they see. */
@NullMarked
package io.countersign.action;

import org.jspecify.annotations.NullMarked;
