package io.countersign.api.identity;

import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** A plain page outside the console: no script, no inline style, nothing kept by caches. */
final class HtmlPage {
  private HtmlPage() {}

  /**
   * @param bodyHtml markup whose texts went through {@link #escape}
   */
  static Response html(int status, String title, String bodyHtml) {
    String page =
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>%s</title>
        <link rel="stylesheet" href="/console.css">
        </head>
        <body>
        <main>
        <h1>%s</h1>
        %s
        </main>
        </body>
        </html>
        """
            .formatted(escape(title), escape(title), bodyHtml);
    return Response.status(status)
        .type(MediaType.TEXT_HTML_TYPE.withCharset("utf-8"))
        .header("Cache-Control", "no-store")
        .header(
            "Content-Security-Policy",
            "default-src 'self'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'")
        .header("X-Content-Type-Options", "nosniff")
        .header("Referrer-Policy", "no-referrer")
        .entity(page)
        .build();
  }

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
