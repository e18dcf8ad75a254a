package io.countersign.activity.targets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetConfigTest {
  private static final String URL = "\"url\":\"jdbc:postgresql://127.0.0.1/shop?sslmode=require\"";

  private static TargetConfig read(String json) throws Exception {
    return new ObjectMapper().readValue(json, TargetConfig.class);
  }

  @Test
  void fillsInWhatTheFileLeavesOut() throws Exception {
    TargetConfig config = read("{" + URL + "}");
    assertThat(config.searchPath()).containsExactly("public");
    assertThat(config.guarantee()).isEqualTo(TargetConfig.Guarantee.AUTO);
    assertThat(config.toTarget("shop").name()).isEqualTo("shop");
  }

  @Test
  void neverShowsPasswords() throws Exception {
    TargetConfig config =
        read(
            "{"
                + URL
                + ",\"credentials\":{\"read\":{\"user\":\"cs_read\",\"password\":\"hush\"}},"
                + "\"searchPath\":[\"shop\"],\"tags\":{\"shop.a.b\":[\"pii\"]}}");
    assertThat(config.toString()).contains("cs_read").doesNotContain("hush");
    assertThat(config.toTarget("shop").tags()).containsEntry("shop.a.b", List.of("pii"));
  }

  @ParameterizedTest
  @EnumSource(TargetConfig.Guarantee.class)
  void everyGuaranteeCanBeAskedFor(TargetConfig.Guarantee guarantee) throws Exception {
    String name = guarantee.name().toLowerCase(Locale.ROOT);
    assertThat(read("{" + URL + ",\"guarantee\":\"" + name + "\"}").guarantee())
        .isEqualTo(guarantee);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql://h/d?preferQueryMode=simple",
        "jdbc:postgresql://h/d?user=root",
        "jdbc:postgresql://h/d?sslmode=require&OPTIONS=-c",
        "jdbc:mysql://h/d",
        "h"
      })
  void urlThatBendsOurSettingsIsRefused(String url) {
    assertThatThrownBy(() -> read("{\"url\":\"" + url + "\"}"))
        .hasRootCauseInstanceOf(IllegalArgumentException.class);
  }
}
