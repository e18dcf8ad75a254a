package io.countersign.api;

import io.countersign.action.Code;
import java.io.IOException;
import java.io.InputStream;

/** Reads a request's body, of at most 256 KiB. */
public final class BoundedBytes {
  private static final int MAX_BYTES = 256 * 1024;
  private static final int MOST_READ_ON = 8 * 1024 * 1024;

  private BoundedBytes() {}

  /** Refuses a larger body as {@link Code#TOO_LARGE}. */
  public static byte[] read(InputStream stream) throws IOException {
    byte[] bytes = stream.readNBytes(MAX_BYTES + 1);
    if (bytes.length > MAX_BYTES) {
      readOn(stream);
      throw new ApiException(Code.TOO_LARGE, "the body is larger than 256 KiB");
    }
    return bytes;
  }

  /** Whoever still sends would lose the answer when the connection closes under it. */
  private static void readOn(InputStream stream) throws IOException {
    byte[] ignored = new byte[64 * 1024];
    int left = MOST_READ_ON;
    int read = 0;
    while (left > 0 && read >= 0) {
      read = stream.read(ignored);
      left -= read;
    }
  }
}
