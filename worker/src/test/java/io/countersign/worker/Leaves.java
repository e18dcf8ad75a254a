package io.countersign.worker;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A test that calls mutating endpoints and counts the one event that each leaves. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Leaves {
  /** The endpoints, each with method and path: {@code POST /v1/actions}. */
  String[] value();
}
