package io.countersign.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job with a real Temporal server, and Countersign as two processes. */
class RealEngineStoryTest {
  @TempDir private static Path folder;
  private static RealStage stage;

  @BeforeAll
  static void start() throws Exception {
    stage = new RealStage(folder);
    stage.startServer();
    stage.startWorker();
  }

  @AfterAll
  static void stop() throws Exception {
    if (stage != null) {
      stage.close();
    }
  }

  @Test
  void everyStepIsAsPromised() throws Exception {
    var told = new ByteArrayOutputStream();
    var out = new PrintStream(told, true, StandardCharsets.UTF_8);
    boolean asPromised = new Story(stage.stage(), out).play();
    assertThat(asPromised)
        .describedAs(told.toString(StandardCharsets.UTF_8) + stage.logs())
        .isTrue();
  }
}
