package io.countersign.api;

import io.countersign.action.Code;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import java.sql.SQLException;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place where an exception becomes an answer. */
public final class ProblemMapper implements ExceptionMapper<Throwable> {
  private static final Logger LOG = LoggerFactory.getLogger(ProblemMapper.class);

  @Override
  public Response toResponse(Throwable thrown) {
    return switch (thrown) {
      case ApiException refusal -> Problem.of(refusal.code(), refusal.detail()).toResponse();
      case WebApplicationException web -> of(web);
      default -> unexpected(thrown);
    };
  }

  private static Response of(WebApplicationException web) {
    int status = web.getResponse().getStatus();
    if (status < 400) {
      return web.getResponse();
    }
    return status < 500 ? problem(status).toResponse() : unexpected(web);
  }

  /** The problem that a status of the HTTP layer stands for. */
  static Problem problem(int status) {
    return switch (status) {
      case 401 -> Problem.of(Code.UNAUTHENTICATED, "sign in or send a bearer token");
      case 403 -> Problem.of(Code.FORBIDDEN, "this caller may not do that");
      case 404 -> Problem.of(Code.NOT_FOUND, "there is nothing here");
      case 413 -> Problem.of(Code.TOO_LARGE, "the body is too large");
      case 405, 406, 415 ->
          Problem.of(Code.VALIDATION, status, "the method or media type does not fit");
      default ->
          status < 500
              ? Problem.of(Code.VALIDATION, status, "the request cannot be read")
              : Problem.of(Code.UNAVAILABLE, status, "something failed here");
    };
  }

  /** Messages of unexpected faults may quote data: the log gets the class and the place only. */
  private static Response unexpected(Throwable thrown) {
    String reference = UUID.randomUUID().toString();
    StackTraceElement[] trace = thrown.getStackTrace();
    LOG.error(
        "request failed, reference {}: {} at {}, sqlstate {}",
        reference,
        thrown.getClass().getName(),
        trace.length == 0 ? "unknown" : trace[0],
        sqlState(thrown));
    return Problem.of(Code.UNAVAILABLE, "something failed here; reference " + reference)
        .toResponse();
  }

  private static String sqlState(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        return String.valueOf(sql.getSQLState());
      }
    }
    return "none";
  }
}
