package io.countersign.api;

import io.countersign.action.Code;
import io.countersign.api.identity.Caller;
import io.countersign.store.auditor.AuditExport;
import io.countersign.store.auditor.ExportRange;
import io.dropwizard.auth.Auth;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.CacheControl;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import org.jspecify.annotations.Nullable;

/** What an auditor takes away, to check it without us. */
@Path("/v1/audit/export")
public final class AuditExportResource {
  private final AuditExport export;

  public AuditExportResource(AuditExport export) {
    this.export = export;
  }

  /**
   * A zip, made while it is sent: broken off, it is no zip.
   *
   * @param from a day or a time, UTC; from the beginning without it
   * @param to the first day or time that is left out; until the newest checkpoint without it
   * @param subjects {@code true} to have it say who the people are, and prove it
   */
  @GET
  public Response export(
      @Auth Caller caller,
      @QueryParam("from") @Nullable String from,
      @QueryParam("to") @Nullable String to,
      @QueryParam("subjects") @Nullable String subjects) {
    if (!caller.isPerson() || !caller.isAuditor()) {
      throw new ApiException(Code.FORBIDDEN, "only auditors export the log");
    }
    ExportRange range = range(from, to);
    AuditExport chosen = Flag.of("subjects", subjects) ? export.withSubjects() : export;
    StreamingOutput body =
        out -> {
          var unusedCounts = chosen.write(range, out);
        };
    CacheControl noStore = new CacheControl();
    noStore.setNoStore(true);
    return Response.ok(body)
        .cacheControl(noStore)
        .header("Content-Type", "application/zip")
        .header("Content-Disposition", "attachment; filename=\"countersign-audit.zip\"")
        .build();
  }

  private static ExportRange range(@Nullable String from, @Nullable String to) {
    try {
      // A form sends a field that was left empty as an empty text.
      return ExportRange.parse(given(from), given(to));
    } catch (IllegalArgumentException e) {
      throw Body.refusal(String.valueOf(e.getMessage()));
    }
  }

  private static @Nullable String given(@Nullable String text) {
    return text == null || text.isEmpty() ? null : text;
  }
}
