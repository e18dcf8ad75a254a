package io.countersign.store.auditor;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.time.LocalDateTime;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** The files of an export, one after the other. Not finished, it has no list and opens nowhere. */
final class ExportZip implements Closeable {
  /** What writes a file's text. */
  interface Content {
    void to(Writer out) throws IOException;
  }

  private final ZipOutputStream zip;

  ExportZip(OutputStream out) {
    this.zip = new ZipOutputStream(out, UTF_8);
  }

  /**
   * @param name relative, with slashes
   */
  void file(String name, byte[] bytes) throws IOException {
    begin(name);
    zip.write(bytes);
    zip.closeEntry();
  }

  void text(String name, String text) throws IOException {
    file(name, text.getBytes(UTF_8));
  }

  /** A text of any length. */
  void text(String name, Content content) throws IOException {
    begin(name);
    Writer writer = new BufferedWriter(new OutputStreamWriter(zip, UTF_8));
    content.to(writer);
    writer.flush();
    zip.closeEntry();
  }

  private void begin(String name) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    // The same log gives the same bytes, wherever it is exported.
    entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
    zip.putNextEntry(entry);
  }

  /** Writes the list of files. */
  void finish() throws IOException {
    zip.finish();
  }

  /** Frees memory; nothing is written. */
  @Override
  public void close() throws IOException {
    // Closing the stream would finish a zip that was broken off.
    zip.flush();
  }
}
