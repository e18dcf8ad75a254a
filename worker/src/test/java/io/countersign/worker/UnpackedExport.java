package io.countersign.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * What an auditor took away, as files.
 *
 * @param key of the log, from beside the export
 */
record UnpackedExport(Path folder, String key) {

  /**
   * Downloads it as dave, the auditor.
   *
   * @param query what is exported, as {@code from=2026-01-31}
   */
  static UnpackedExport of(ApiClient api, String query, Path folder)
      throws IOException, InterruptedException {
    byte[] zip =
        HttpClient.newHttpClient()
            .send(
                api.request("dave", "/v1/audit/export?" + query).GET().build(),
                BodyHandlers.ofByteArray())
            .body();
    try (ZipInputStream files = new ZipInputStream(new ByteArrayInputStream(zip))) {
      for (ZipEntry entry = files.getNextEntry(); entry != null; entry = files.getNextEntry()) {
        Path file = folder.resolve(entry.getName());
        Files.createDirectories(file.getParent());
        Files.write(file, files.readAllBytes());
      }
    }
    return new UnpackedExport(folder, api.get("dave", "/v1/audit/keys").text().strip());
  }

  /** What its own verifier says, in a process that has nothing else of ours. */
  String verify() throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process =
        new ProcessBuilder(java, "Verify.java", key)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }
}
