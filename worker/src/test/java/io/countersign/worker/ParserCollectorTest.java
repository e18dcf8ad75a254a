package io.countersign.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.sql.ParserMetrics;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.exporter.common.TextFormat;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ParserCollectorTest {
  @Test
  void countsBecomePrometheusText() throws IOException {
    CollectorRegistry registry = new CollectorRegistry();
    registry.register(
        new ParserCollector(() -> new ParserMetrics(7, 2, Map.of("too_slow", 3L), 3, 1, 2)));
    StringWriter text = new StringWriter();
    TextFormat.write004(text, registry.metricFamilySamples());
    assertThat(text.toString())
        .contains(
            "countersign_parser_statements_total{outcome=\"parsed\",} 7.0",
            "countersign_parser_statements_total{outcome=\"refused\",} 2.0",
            "countersign_parser_statements_total{outcome=\"too_slow\",} 3.0",
            "countersign_parser_replaced_total 3.0",
            "countersign_parser_busy 1.0",
            "countersign_parser_size 2.0");
  }
}
