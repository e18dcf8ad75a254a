package io.countersign.api;

import io.countersign.action.Code;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;

/** An error as RFC 9457 {@code application/problem+json} with our stable code. */
public record Problem(String type, String title, int status, String detail, String code) {
  public static final String MEDIA_TYPE = "application/problem+json";

  static Problem of(Code code, String detail) {
    return of(code, code.httpStatus(), detail);
  }

  static Problem of(Code code, int status, String detail) {
    String title =
        Response.Status.fromStatusCode(status) == null
            ? "Error"
            : Response.Status.fromStatusCode(status).getReasonPhrase();
    if (status == 422) {
      title = "Unprocessable Content";
    }
    return new Problem("about:blank", title, status, detail, code.name());
  }

  Response toResponse() {
    Response.ResponseBuilder response = Response.status(status).type(MEDIA_TYPE).entity(this);
    if (status == 401) {
      response.header(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
    }
    return response.build();
  }
}
