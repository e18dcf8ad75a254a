package io.countersign.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The main job on the embedded engine, as {@code ./countersign demo --story} plays it. */
class StoryTest {
  @Test
  void everyStepIsAsPromised() throws Exception {
    System.setProperty("countersign.home", Path.of("..").toAbsolutePath().toString());
    ByteArrayOutputStream told = new ByteArrayOutputStream();
    try (Demo demo = Demo.start(0, Optional.empty(), Optional.empty(), true)) {
      boolean asPromised = demo.story(new PrintStream(told, true, StandardCharsets.UTF_8)).play();
      assertThat(asPromised).describedAs(told.toString(StandardCharsets.UTF_8)).isTrue();
    }
  }
}
