package io.countersign.api;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Keeps a connection usable after a refusal that did not look at the request's body: a small body
 * is read to its end first; otherwise the answer says that the connection ends with it. A sender
 * whose connection closes unannounced would lose this answer or the next one.
 */
final class UnreadBody implements ContainerResponseFilter {
  private static final int MOST_READ = 256 * 1024;

  @Override
  public void filter(ContainerRequestContext request, ContainerResponseContext response)
      throws IOException {
    if (response.getStatus() < 400) {
      return;
    }
    int announced = request.getLength();
    if (announced >= 0 && announced <= MOST_READ) {
      request.getEntityStream().transferTo(OutputStream.nullOutputStream());
    } else if (announced > 0 || request.getHeaderString("Transfer-Encoding") != null) {
      response.getHeaders().putSingle("Connection", "close");
    }
  }
}
