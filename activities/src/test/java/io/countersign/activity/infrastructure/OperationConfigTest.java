package io.countersign.activity.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.countersign.action.ChangeInfrastructure;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a declaration may be, and what becomes of parameters in it. */
class OperationConfigTest {
  private static final String RESTART =
      """
      target: shop
      description: restarts a node of the search cluster
      parameters:
        node: {type: string, maxLength: 40}
        wait: {type: integer, min: 0, max: 600}
        drain: {type: boolean}
      http:
        method: POST
        url: https://ops.example/nodes/{node}/restart?wait={wait}&by=a
        headers: {Authorization: Bearer planted-s3cret}
        body: {drain: "{drain}", note: "{node}", list: ["{wait}", 1]}
      """;

  static OperationConfig read(String yaml) throws Exception {
    OperationConfig config =
        YAMLMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .addModule(new com.fasterxml.jackson.datatype.jdk8.Jdk8Module())
            .build()
            .readValue(yaml, OperationConfig.class);
    config.check();
    return config;
  }

  private static Operations operations(String yaml) throws Exception {
    return new Operations(Map.of("restart", read(yaml)), HttpSender.ofThisMachine());
  }

  private static ChangeInfrastructure restart(Object node) {
    return new ChangeInfrastructure(
        "restart", new TreeMap<>(Map.of("node", node, "wait", 5L, "drain", true)));
  }

  @Test
  void parametersStayValues() throws Exception {
    String hostile = "a b\"},{\"x\":&?#%é=";
    OutgoingRequest request = operations(RESTART).request(restart(hostile)).orElseThrow();
    assertThat(request.path())
        .isEqualTo("/nodes/a%20b%22%7D%2C%7B%22x%22%3A%26%3F%23%25%C3%A9%3D/restart?wait=5&by=a");
    assertThat(request.body())
        .isEqualTo("{\"drain\":true,\"note\":\"a b\\\"},{\\\"x\\\":&?#%é=\",\"list\":[5,1]}");
    assertThat(request.host()).isEqualTo("ops.example");
    assertThat(request.port()).isEqualTo(443);
  }

  @ParameterizedTest
  @ValueSource(strings = {".", "..", "a/b", "../x", "a\\b"})
  void parameterCannotLeadToAnotherPath(String node) throws Exception {
    Operations.Reading reading = operations(RESTART).read(restart(node), "shop");
    assertThat(Objects.requireNonNull(reading.impossible()).message())
        .contains("`arguments.parameters.node`");
    assertThat(reading.understanding().analysis().isComplete()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "target: shop ; target: archive",
        "https://ops ; https://other",
        "POST ; PUT",
        "by=a ; by=b",
        "max: 600 ; max: 601",
        "Authorization ; X-Token",
        "'list: [\"{wait}\", 1]' ; 'list: [\"{wait}\", 2]'",
        "restarts a node ; stops a node"
      })
  void anotherDeclarationHasAnotherFingerprint(String from, String to) throws Exception {
    assertThat(RESTART).contains(from);
    assertThat(read(RESTART.replace(from, to)).fingerprint())
        .isNotEqualTo(read(RESTART).fingerprint());
  }

  @Test
  void fingerprintHoldsNoSecretAndRotatingOneChangesNothing() throws Exception {
    assertThat(read(RESTART.replace("planted", "rotated")).fingerprint())
        .isEqualTo(read(RESTART).fingerprint());
    assertThat(read(RESTART).toString()).doesNotContain("s3cret");
    assertThat(operations(RESTART).request(restart("n1")).orElseThrow().toString())
        .doesNotContain("s3cret");
    assertThat(operations(RESTART).read(restart("n1"), "shop").resolution().effects())
        .anyMatch(effect -> effect.contains("POST https://ops.example/nodes/n1/restart?wait=5"))
        .anyMatch(effect -> effect.contains("Authorization"))
        .noneMatch(effect -> effect.contains("s3cret"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "https://ops.example/ ; http://ops.example/ ; allowPlainHttp",
        "https://ops.example/ ; ftp://ops.example/ ; https://host",
        "https://ops.example/ ; 'https://{node}/' ; https://host",
        "https://ops.example/ ; https://a@ops.example/ ; https://host",
        "https://ops.example/ ; https://ops.example/../ ; dots",
        "https://ops.example/ ; https://ops.example/a/%2E%2e/ ; dots",
        "https://ops.example/ ; 'https://ops .example/' ; without blanks",
        "by=a ; 'by={other}' ; declared and used",
        "'note: \"{node}\"' ; 'note: \"x {node}\"' ; whole text",
        "method: POST ; method: GET ; POST",
        "Authorization: ; Host: ; Host",
        "Authorization: ; Idempotency-Key: ; Idempotency-Key",
        "Bearer planted-s3cret ; '\"a\\nb\"' ; printable",
        "maxLength: 40 ; 'maxLength: 40, pattern: \"(\"' ; RE2",
        "maxLength: 40 ; maxLength: 0 ; maxLength",
        "'{type: boolean}' ; '{type: enum, values: []}' ; values",
        "'max: 600' ; 'max: -1' ; min",
        "'  method:' ; '  timeout: 1h\n  method:' ; timeout",
        "'  method:' ; '  allowedAddresses: [ops.example]\n  method:' ; allowedAddresses"
      })
  void mistakeIsRefusedWithWhatWasExpected(String from, String to, String expected) {
    assertThat(RESTART).contains(from);
    assertThatThrownBy(() -> read(RESTART.replace(from, to))).hasMessageContaining(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "'name: work_mem', either `value`",
    "'name: work_mem, value: mb, reset: true', either `value`",
    "'name: archive_command, value: mb', no setting that holds",
    "'name: shared_preload_libraries, value: mb', no setting that holds",
    "'name: primary_conninfo, value: mb', no setting that holds",
    "'name: \"a; b\", value: mb', a setting of PostgreSQL",
    "'name: work_mem, value: other', declared and used",
    "'name: work_mem, reset: true', declared and used"
  })
  void settingIsOneOrItsReset(String setting, String expected) {
    String yaml =
        "target: shop\nparameters: {mb: {type: integer, min: 1, max: 64}}\nsetting: {%s}"
            .formatted(setting);
    assertThatThrownBy(() -> read(yaml)).hasMessageContaining(expected);
  }

  @Test
  void valueOfASettingStaysAValue() {
    assertThat(new SettingChange("a.b", "x'; drop table y; \\'").sql())
        .isEqualTo("alter system set \"a\".\"b\" = E'x''; drop table y; \\\\'''");
    assertThat(new SettingChange("work_mem", null).sql())
        .isEqualTo("alter system reset \"work_mem\"");
  }
}
