package io.countersign.api;

import io.countersign.action.Code;

/** A refusal that ends a request: becomes {@code application/problem+json} with the code. */
public final class ApiException extends RuntimeException {
  private final Code code;

  /**
   * @param message what was expected, in words for the caller; never a driver's message
   */
  public ApiException(Code code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  public Code code() {
    return code;
  }

  /** The message, which is never null. */
  public String detail() {
    return String.valueOf(getMessage());
  }
}
