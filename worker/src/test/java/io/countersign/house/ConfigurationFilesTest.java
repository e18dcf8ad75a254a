package io.countersign.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The files that an installation starts from fit together. */
class ConfigurationFilesTest {
  private static final Pattern REQUIRED = Pattern.compile("\\$\\{(\\w+)(:\\?)?}");

  @Test
  void theConfigurationHasEverySectionAndNoDuplicate() throws Exception {
    var strict = new LoaderOptions();
    strict.setAllowDuplicateKeys(false);
    String text = Repository.read(Path.of("config.yml"));
    assertThat((Object) new Yaml(new SafeConstructor(strict)).load(text)).isNotNull();
    JsonNode config = new YAMLMapper().readTree(text);
    assertThat(config.fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder(
            "server",
            "publicUrl",
            "mode",
            "database",
            "temporal",
            "policy",
            "votes",
            "identity",
            "apiKeys",
            "targets",
            "audit",
            "results",
            "exports");
    assertThat(config.path("mode").asText()).isEqualTo("production");
  }

  @Test
  void noSecretStandsInTheConfiguration() throws Exception {
    JsonNode config = new YAMLMapper().readTree(Repository.read(Path.of("config.yml")));
    var secrets = new ArrayList<String>();
    collectSecrets(config, secrets);
    assertThat(secrets).hasSizeGreaterThan(5).allMatch(REQUIRED.asMatchPredicate());
  }

  @Test
  void composeGivesEachProcessWhatTheConfigurationAsksFor() throws Exception {
    JsonNode services = compose().path("services");
    Set<String> api = environment(services.path("api"));
    Set<String> worker = environment(services.path("worker"));
    assertThat(names(REQUIRED, "COUNTERSIGN_"))
        .hasSizeGreaterThan(4)
        .allMatch(name -> api.contains(name) && worker.contains(name));
    assertThat(worker).contains("SHOP_READ_PASSWORD", "SHOP_WRITE_PASSWORD");
    assertThat(api).as("the process that faces the network").noneMatch(n -> n.startsWith("SHOP_"));
    assertThat(names(REQUIRED, "SHOP_")).allMatch(worker::contains);
  }

  @Test
  void composeStartsWhatItDependsOn() throws Exception {
    JsonNode services = compose().path("services");
    assertThat(services.fieldNames())
        .toIterable()
        .contains("postgres", "temporal", "temporal-ui", "migrate", "api", "worker");
    services
        .properties()
        .forEach(
            service -> {
              assertThat(service.getValue().has("image") || service.getValue().has("build"))
                  .as(service.getKey())
                  .isTrue();
              service
                  .getValue()
                  .path("depends_on")
                  .fieldNames()
                  .forEachRemaining(other -> assertThat(services.has(other)).as(other).isTrue());
              service
                  .getValue()
                  .path("ports")
                  .forEach(port -> assertThat(port.asText()).startsWith("127.0.0.1:"));
            });
    assertThat(services.path("temporal").has("ports")).as("it has no login").isFalse();
    assertThat(services.path("api").path("command").path(0).asText()).isEqualTo("server");
  }

  private static void collectSecrets(JsonNode node, List<String> found) {
    node.properties()
        .forEach(
            field -> {
              if (field.getKey().matches("(?i).*(password|secret|key)$")
                  && field.getValue().isTextual()) {
                found.add(field.getValue().asText());
              }
              collectSecrets(field.getValue(), found);
            });
    if (node.isArray()) {
      node.forEach(item -> collectSecrets(item, found));
    }
  }

  /** Through SnakeYAML first, which resolves the merge keys. */
  private static JsonNode compose() throws Exception {
    Object merged =
        new Yaml(new SafeConstructor(new LoaderOptions()))
            .load(Repository.read(Path.of("docker-compose.yml")));
    return new YAMLMapper().valueToTree(merged);
  }

  private static Set<String> environment(JsonNode service) {
    var names = new TreeSet<String>();
    service.path("environment").fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static Set<String> names(Pattern pattern, String prefix) {
    return pattern
        .matcher(withoutComments())
        .results()
        .map(match -> match.group(1))
        .filter(name -> name.startsWith(prefix))
        .collect(Collectors.toSet());
  }

  private static String withoutComments() {
    return Repository.read(Path.of("config.yml")).replaceAll("(?m)^\\s*#.*$", "");
  }
}
