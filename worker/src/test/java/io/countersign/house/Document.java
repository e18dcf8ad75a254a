package io.countersign.house;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * A Markdown text and what it names.
 *
 * @param root of the repository
 * @param path of the document from there
 * @param fileNames every bare file name that a document may mention
 */
record Document(Path root, Path path, String text, Set<String> fileNames) {
  private static final Pattern LINK = Pattern.compile("\\[[^]]*]\\(([^)\\s]+)[^)]*\\)");
  private static final Pattern CODE = Pattern.compile("`([^`\\n]+)`");
  private static final Pattern FENCE = Pattern.compile("(?ms)^```(\\w*)\\n(.*?)^```");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.+)$");
  private static final Pattern FILE_NAME =
      Pattern.compile(
          "[\\w.-]+(?:/[\\w.-]+)*\\.(?:java|md|yml|sh|sql|xml|js|css|html|png)"
              + "|[\\w.-]+(?:/[\\w.-]+)+/?");
  private static final Pattern COMMAND = Pattern.compile("(?m)^\\s*((?:\\./|dev/)[\\w./-]+)");

  /** Look like files and are none. */
  private static final Set<String> OTHER =
      Set.of("application/problem+json", "text/event-stream", "text/plain");

  /** What the text names and the repository has not. */
  List<String> missing() {
    var missing = new ArrayList<String>();
    FENCE
        .matcher(text)
        .results()
        .filter(fence -> Set.of("sh", "bash").contains(fence.group(1)))
        .flatMap(fence -> COMMAND.matcher(fence.group(2)).results())
        .map(command -> command.group(1))
        .filter(command -> !Files.isExecutable(root.resolve(command)))
        .forEach(command -> missing.add(path + ": command " + command));
    String prose = FENCE.matcher(text).replaceAll("");
    LINK.matcher(prose)
        .results()
        .map(link -> link.group(1))
        .filter(link -> !link.contains("://") && !isLinked(link))
        .forEach(link -> missing.add(path + ": link " + link));
    CODE.matcher(prose)
        .results()
        .map(code -> code.group(1))
        .filter(code -> FILE_NAME.matcher(code).matches() && !OTHER.contains(code))
        .filter(code -> !isFile(code))
        .forEach(code -> missing.add(path + ": file " + code));
    return missing;
  }

  private boolean isFile(String name) {
    boolean isBare = name.indexOf('/') < 0;
    return Files.exists(root.resolve(name))
        || Files.exists(resolve(name))
        || (isBare && fileNames.contains(name));
  }

  private Path resolve(String relative) {
    return root.resolve(path).resolveSibling(relative);
  }

  private boolean isLinked(String link) {
    String[] parts = link.split("#", 2);
    boolean isOwn = parts[0].isEmpty();
    if (!isOwn && !Files.exists(resolve(parts[0]))) {
      return false;
    }
    return parts.length == 1 || anchors(isOwn ? text : read(resolve(parts[0]))).contains(parts[1]);
  }

  private static List<String> anchors(String markdown) {
    return HEADING.matcher(markdown).results().map(Document::anchor).toList();
  }

  /** As the usual forges make it from a heading. */
  private static String anchor(MatchResult heading) {
    String words = heading.group(1).strip().toLowerCase(Locale.ROOT);
    return words.replaceAll("[^\\w\\- ]", "").replace(' ', '-');
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
