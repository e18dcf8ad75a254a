package io.countersign.store.anchor;

import io.countersign.audit.PastedNotes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file into which people copied checkpoints from wherever they were seen. */
public record PastedAnchor(Path file, String origin) implements AnchorSource {

  @Override
  public boolean read(Visitor visitor) throws IOException, AnchorException {
    // Another encoding breaks signatures, and is no fault of its own.
    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    long number = 0;
    for (String note : PastedNotes.of(text, origin)) {
      visitor.visit(++number, note);
    }
    if (number == 0) {
      throw new AnchorException(
          "%s holds no checkpoint of `%s`; expected signed notes, copied whole"
              .formatted(this, origin));
    }
    return false;
  }

  @Override
  public String toString() {
    return "`" + file + "`";
  }
}
