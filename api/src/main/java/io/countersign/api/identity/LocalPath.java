package io.countersign.api.identity;

import io.countersign.action.Code;
import io.countersign.api.ApiException;
import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * A path of this site, as a browser reads it: {@code //} and back-slashes would lead to another.
 *
 * @param value begins with one slash
 */
record LocalPath(String value) {
  private static final int LONGEST = 2_000;

  LocalPath {
    if (!isLocal(value)) {
      throw new ApiException(Code.VALIDATION, "`return` is expected to be a path of this site");
    }
  }

  static LocalPath orHome(@Nullable String value) {
    return new LocalPath(value == null || value.isEmpty() ? "/" : value);
  }

  private static boolean isLocal(String value) {
    if (!value.startsWith("/") || value.length() > LONGEST) {
      return false;
    }
    boolean plain = value.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '\\');
    return plain && isPathOfAuthority(value);
  }

  private static boolean isPathOfAuthority(String value) {
    try {
      URI uri = new URI(value);
      return uri.getRawAuthority() == null && uri.getScheme() == null && !value.startsWith("//");
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
