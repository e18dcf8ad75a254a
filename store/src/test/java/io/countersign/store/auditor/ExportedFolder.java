package io.countersign.store.auditor;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** An export as its reader has it: unpacked, with a verifier that runs in a process of its own. */
record ExportedFolder(Path path) {

  static ExportedFolder unpack(byte[] zip, Path target) throws IOException {
    try (ZipInputStream files = new ZipInputStream(new ByteArrayInputStream(zip))) {
      for (ZipEntry entry = files.getNextEntry(); entry != null; entry = files.getNextEntry()) {
        Path file = target.resolve(entry.getName());
        Files.createDirectories(file.getParent());
        Files.write(file, files.readAllBytes());
      }
    }
    return new ExportedFolder(target);
  }

  /** How the verifier ends, and the first line that it prints on either stream. */
  String verify(String key) throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process =
        new ProcessBuilder(java, "Verify.java", key)
            .directory(path.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    return process.waitFor() + " " + said.lines().findFirst().orElse("");
  }

  String read(String name) throws IOException {
    return Files.readString(path.resolve(name));
  }

  void write(String name, String text) throws IOException {
    Files.writeString(path.resolve(name), text);
  }
}
