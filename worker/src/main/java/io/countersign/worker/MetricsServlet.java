package io.countersign.worker;

import com.codahale.metrics.MetricRegistry;
import io.prometheus.client.Collector;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.dropwizard.DropwizardExports;
import io.prometheus.client.exporter.common.TextFormat;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;

/** The metrics of this process in Prometheus' text format, on the admin port. */
final class MetricsServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;

  private final transient CollectorRegistry metrics = new CollectorRegistry();

  MetricsServlet(MetricRegistry registry, Collector... more) {
    metrics.register(new DropwizardExports(registry));
    List.of(more).forEach(metrics::register);
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    response.setContentType(TextFormat.CONTENT_TYPE_004);
    TextFormat.write004(response.getWriter(), metrics.metricFamilySamples());
  }
}
