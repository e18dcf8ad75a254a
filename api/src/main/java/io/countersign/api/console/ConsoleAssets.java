package io.countersign.api.console;

import io.countersign.action.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The console's files, read once from the class path. */
final class ConsoleAssets {
  /** Every file that may be asked for; a name that is not here does not exist. */
  static final List<String> NAMES =
      List.of(
          "action.js",
          "api.js",
          "app.js",
          "audit.js",
          "consistency.js",
          "console.css",
          "dom.js",
          "evidence.css",
          "history.js",
          "icon.svg",
          "index.html",
          "keys.js",
          "live.js",
          "openings.js",
          "packet.js",
          "pages.css",
          "parts.js",
          "path.js",
          "queue.js",
          "receipt.js",
          "slack.js",
          "standing.js",
          "start.js",
          "strict.js",
          "timeline.js",
          "tree.js",
          "verify.js",
          "vote.js",
          "words.js");

  private static final Map<String, String> TYPES =
      Map.of(
          "css", "text/css",
          "html", "text/html",
          "js", "text/javascript",
          "svg", "image/svg+xml");

  private final Map<String, Asset> assets;

  /**
   * One file.
   *
   * @param type media type; every file is UTF-8
   * @param tag a strong entity tag with its quotes, from the content
   */
  record Asset(byte[] content, String type, String tag) {}

  private ConsoleAssets(Map<String, Asset> assets) {
    this.assets = assets;
  }

  static ConsoleAssets load() {
    return new ConsoleAssets(
        NAMES.stream().collect(Collectors.toMap(Function.identity(), ConsoleAssets::read)));
  }

  Optional<Asset> find(String name) {
    return Optional.ofNullable(assets.get(name));
  }

  Asset index() {
    return find("index.html").orElseThrow();
  }

  private static Asset read(String name) {
    try (InputStream in = ConsoleAssets.class.getResourceAsStream("/console/" + name)) {
      if (in == null) {
        throw new IllegalStateException("console file `" + name + "` is missing from the build");
      }
      byte[] content = in.readAllBytes();
      String ending = name.substring(name.lastIndexOf('.') + 1);
      String tag = '"' + Digest.sha256(content).value().substring("sha256:".length(), 23) + '"';
      return new Asset(content, TYPES.getOrDefault(ending, "application/octet-stream"), tag);
    } catch (IOException e) {
      throw new IllegalStateException("console file `" + name + "` cannot be read", e);
    }
  }
}
