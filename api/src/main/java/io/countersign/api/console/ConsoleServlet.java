package io.countersign.api.console;

import io.countersign.action.Code;
import io.countersign.action.Json;
import io.countersign.api.console.ConsoleAssets.Asset;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Serves the console. Every page is the same document, whose script reads the address; only GET and
 * HEAD exist here, so that no address of the console can decide anything.
 */
public final class ConsoleServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;

  /** Where it is mounted: exact paths and one folder each, ahead of the API's {@code /*}. */
  public static final String[] MAPPINGS = {
    "", "/start", "/history", "/audit", "/receipt", "/actions/*", "/slack/link", "/console/*"
  };

  /**
   * Nothing but our own files, no inline script or style, and no way for a script to turn text into
   * markup (trusted types without a single type).
   */
  static final String CONTENT_SECURITY_POLICY =
      "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
          + " object-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy", CONTENT_SECURITY_POLICY,
          "X-Content-Type-Options", "nosniff",
          "X-Frame-Options", "DENY",
          "Referrer-Policy", "same-origin",
          "Cross-Origin-Opener-Policy", "same-origin",
          "Cross-Origin-Resource-Policy", "same-origin",
          "Permissions-Policy", "camera=(), geolocation=(), microphone=()");

  private final transient ConsoleAssets assets = ConsoleAssets.load();

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    HEADERS.forEach(response::setHeader);
    Optional<Asset> asset = asked(request);
    if (asset.isEmpty()) {
      refuse(response);
      return;
    }
    serve(asset.get(), request, response);
  }

  private Optional<Asset> asked(HttpServletRequest request) {
    if (!"/console".equals(request.getServletPath())) {
      return Optional.of(assets.index());
    }
    @Nullable String path = request.getPathInfo();
    return path == null ? Optional.empty() : assets.find(path.substring(1));
  }

  /** Kept by the browser but asked about each time: a new release is seen at once. */
  private static void serve(Asset asset, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    response.setHeader("Cache-Control", "no-cache");
    response.setHeader("ETag", asset.tag());
    if (matches(request.getHeader("If-None-Match"), asset.tag())) {
      response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
      return;
    }
    response.setContentType(asset.type());
    response.setCharacterEncoding("UTF-8");
    response.setContentLength(asset.content().length);
    response.getOutputStream().write(asset.content());
  }

  private static boolean matches(@Nullable String known, String tag) {
    return known != null
        && Arrays.stream(known.split(",", -1))
            .map(one -> one.strip().replaceFirst("^W/", ""))
            .anyMatch(one -> one.equals(tag) || one.equals("*"));
  }

  private static void refuse(HttpServletResponse response) throws IOException {
    Map<String, Object> problem = new LinkedHashMap<>();
    problem.put("type", "about:blank");
    problem.put("title", "Not found");
    problem.put("status", Code.NOT_FOUND.httpStatus());
    problem.put("code", Code.NOT_FOUND.name());
    problem.put("detail", "the console has no such file");
    response.setStatus(Code.NOT_FOUND.httpStatus());
    response.setHeader("Cache-Control", "no-store");
    response.setContentType("application/problem+json");
    response.getOutputStream().write(Json.MAPPER.writeValueAsBytes(problem));
  }
}
