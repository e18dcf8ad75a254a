package io.countersign.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Two people who add a migration on the same day take the same number. */
class MigrationsTest {
  @Test
  void numbersAreEachThereOnce() {
    List<Path> migrations =
        Repository.files(name -> name.matches("store/src/main/resources/db/migration/.*"));
    assertThat(migrations)
        .isNotEmpty()
        .extracting(file -> file.getFileName().toString())
        .allMatch(name -> name.matches("V[1-9]\\d*__[a-z]+(_[a-z]+)+\\.sql"));
    List<Integer> numbers = migrations.stream().map(MigrationsTest::number).sorted().toList();
    assertThat(numbers)
        .containsExactlyElementsOf(IntStream.rangeClosed(1, numbers.size()).boxed().toList());
  }

  private static int number(Path migration) {
    String name = migration.getFileName().toString();
    return Integer.parseInt(name.substring(1, name.indexOf('_')));
  }
}
