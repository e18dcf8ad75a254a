package io.countersign.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TargetCommandTest {
  private static final String CONFIG =
      """
      policy: policy.yml
      targets:
        shop:
          url: jdbc:postgresql://127.0.0.1:1/shop
          searchPath: [public, sales]
          credentials:
            read: {user: cs_read, password: "${SHOP_READ_PASSWORD}"}
            write: {user: cs_write, password: "${SHOP_WRITE_PASSWORD}"}
            roles: {user: cs_roles, password: "${SHOP_ROLES_PASSWORD}"}
        depot:
          url: jdbc:postgresql://127.0.0.1:1/depot
      """;

  @TempDir private Path folder;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  @Test
  void setupIsPrintedWithoutAnySecretInTheEnvironment() throws Exception {
    assertThat(run(Map.of(), "setup", "shop", "--print")).isZero();
    assertThat(said())
        .startsWith("-- What target `shop` needs")
        .contains("array['cs_read', 'cs_write', 'cs_roles']")
        .contains("grant select on all tables in schema \"sales\" to \"cs_read\"")
        .contains("create table if not exists countersign.execution")
        .contains("grant reporting to \"cs_roles\" with admin option")
        .doesNotContain("PASSWORD");
  }

  @Test
  void doctorNeedsTheSecretsAndSaysWhatItCouldNotReach() throws Exception {
    assertThatThrownBy(() -> run(Map.of(), "doctor", "shop"))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "config.yml: targets.shop.credentials.read.password:"
                + " environment variable `SHOP_READ_PASSWORD` is not set");
    Map<String, String> secrets =
        Map.of(
            "SHOP_READ_PASSWORD", "secret-1",
            "SHOP_WRITE_PASSWORD", "secret-2",
            "SHOP_ROLES_PASSWORD", "secret-3");
    assertThat(run(secrets, "doctor", "shop")).isEqualTo(1);
    assertThat(said())
        .contains("FAILURE  `cs_read` cannot sign in: the target did not answer")
        .contains("FAILURE  `cs_roles` cannot sign in")
        .doesNotContain("secret");
  }

  @Test
  void mistakesAreNamed() {
    assertThatThrownBy(() -> run(Map.of(), "setup", "ship", "--print"))
        .isInstanceOf(ConfigException.class)
        .hasMessage("config.yml: targets: no target `ship`, expected one of [shop, depot]");
    assertThatThrownBy(() -> run(Map.of(), "setup", "shop"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("`--print`");
    assertThatThrownBy(() -> run(Map.of(), "cure", "shop")).isInstanceOf(UsageException.class);
    assertThatThrownBy(() -> run(Map.of(), "doctor")).isInstanceOf(UsageException.class);
  }

  private int run(Map<String, String> environment, String... arguments) throws Exception {
    Path config = Files.writeString(folder.resolve("config.yml"), CONFIG);
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--config", config.toString()));
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    return TargetCommand.run(all, environment, out);
  }

  private String said() {
    return printed.toString(StandardCharsets.UTF_8);
  }
}
