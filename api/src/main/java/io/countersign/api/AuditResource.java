package io.countersign.api;

import io.countersign.action.Code;
import io.countersign.api.identity.Caller;
import io.countersign.audit.TreeHash;
import io.countersign.audit.VerifierKey;
import io.countersign.store.evidence.AuditLog;
import io.dropwizard.auth.Auth;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The evidence log for those who check it: the tree for anyone, the entries for auditors. */
@Path("/v1/audit")
public final class AuditResource {
  private final AuditLog log;

  public AuditResource(AuditLog log) {
    this.log = log;
  }

  /** The newest checkpoint, a signed note. */
  @GET
  @Path("/checkpoint")
  @Produces(MediaType.TEXT_PLAIN)
  public String checkpoint(@Auth Caller caller) {
    return log.checkpoint()
        .orElseThrow(() -> new ApiException(Code.NOT_FOUND, "the log has no checkpoint yet"));
  }

  /** The keys that sign or signed the log, one a line; whoever verifies pins them elsewhere. */
  @GET
  @Path("/keys")
  @Produces(MediaType.TEXT_PLAIN)
  public String keys(@Auth Caller caller) {
    return lines(log.keys().stream().map(VerifierKey::toString).toList());
  }

  /** Entries from {@code start} up to, not including, {@code end}; at most 1,000 of them. */
  @GET
  @Path("/entries")
  @Produces("application/x-ndjson")
  public String entries(
      @Auth Caller caller,
      @QueryParam("start") @Nullable String start,
      @QueryParam("end") @Nullable String end) {
    requireAuditor(caller);
    return lines(log.entries(number("start", start), number("end", end)));
  }

  /** The audit path of an entry in the tree of that size, one hash a line. */
  @GET
  @Path("/proof")
  @Produces(MediaType.TEXT_PLAIN)
  public String proof(
      @Auth Caller caller,
      @QueryParam("index") @Nullable String index,
      @QueryParam("size") @Nullable String size) {
    requireAuditor(caller);
    return log.proof(number("index", index), number("size", size))
        .map(AuditResource::hashes)
        .orElseThrow(() -> Body.refusal("`index` must be below `size`, and `size` within the log"));
  }

  /** The proof that the larger tree extends the smaller one, one hash a line. */
  @GET
  @Path("/consistency")
  @Produces(MediaType.TEXT_PLAIN)
  public String consistency(
      @Auth Caller caller,
      @QueryParam("old") @Nullable String oldSize,
      @QueryParam("new") @Nullable String newSize) {
    requireAuditor(caller);
    return log.consistency(number("old", oldSize), number("new", newSize))
        .map(AuditResource::hashes)
        .orElseThrow(() -> Body.refusal("`old` must not exceed `new`, and `new` not the log"));
  }

  private static void requireAuditor(Caller caller) {
    if (!caller.isPerson() || !caller.isAuditor()) {
      throw new ApiException(Code.FORBIDDEN, "only auditors read the log");
    }
  }

  private static long number(String name, @Nullable String text) {
    if (text == null || !text.matches("\\d{1,18}")) {
      throw Body.refusal("`" + name + "` must be a whole number, zero or more");
    }
    return Long.parseLong(text);
  }

  private static String hashes(List<TreeHash> hashes) {
    return lines(hashes.stream().map(TreeHash::toString).toList());
  }

  private static String lines(List<String> lines) {
    return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
  }
}
