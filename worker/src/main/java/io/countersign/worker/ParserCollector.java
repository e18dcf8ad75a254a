package io.countersign.worker;

import io.countersign.sql.ParserMetrics;
import io.prometheus.client.Collector;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import java.util.List;
import java.util.function.Supplier;

/** What the parsers of statements did, as {@code countersign_parser_*}. */
final class ParserCollector extends Collector {
  private static final String PREFIX = "countersign_parser_";

  private final Supplier<ParserMetrics> parsers;

  ParserCollector(Supplier<ParserMetrics> parsers) {
    this.parsers = parsers;
  }

  @Override
  public List<MetricFamilySamples> collect() {
    ParserMetrics now = parsers.get();
    CounterMetricFamily statements =
        new CounterMetricFamily(
            PREFIX + "statements", "Statements parsed, by what came of it", List.of("outcome"));
    statements.addMetric(List.of("parsed"), now.parsed());
    statements.addMetric(List.of("refused"), now.refused());
    now.failed().forEach((why, count) -> statements.addMetric(List.of(why), count));
    return List.of(
        statements,
        new CounterMetricFamily(
            PREFIX + "replaced", "Parsers thrown away after a failure", now.replaced()),
        new GaugeMetricFamily(PREFIX + "busy", "Parsers at work", now.busy()),
        new GaugeMetricFamily(PREFIX + "size", "Parsers in all", now.size()));
  }
}
