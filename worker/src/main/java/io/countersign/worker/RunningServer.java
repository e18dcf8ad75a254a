package io.countersign.worker;

import io.countersign.api.ProblemErrors;
import io.dropwizard.core.setup.Bootstrap;
import io.dropwizard.core.setup.Environment;
import java.net.BindException;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** A started HTTP server and where it listens. */
record RunningServer(Server server, String url, String adminUrl) {

  /**
   * Returns once every port answers; throws what kept it from starting. Does what Dropwizard's own
   * command does, without its way to fail: that prints stacks and ends the process.
   */
  static RunningServer start(CountersignApplication application) throws Exception {
    CountersignConfig config = application.config();
    Bootstrap<CountersignConfig> bootstrap = new Bootstrap<>(application);
    application.initialize(bootstrap);
    config.getLoggingFactory().configure(bootstrap.getMetricRegistry(), application.getName());
    Environment environment =
        new Environment(
            application.getName(),
            bootstrap.getObjectMapper(),
            bootstrap.getValidatorFactory(),
            bootstrap.getMetricRegistry(),
            bootstrap.getClassLoader(),
            bootstrap.getHealthCheckRegistry(),
            config);
    config.getMetricsFactory().configure(environment.lifecycle(), bootstrap.getMetricRegistry());
    config.getServerFactory().configure(environment);
    bootstrap.run(config, environment);
    application.run(config, environment);
    Server server = config.getServerFactory().build(environment);
    server.setErrorHandler(new ProblemErrors());
    try {
      server.start();
    } catch (Exception e) {
      server.stop();
      throw isPortTaken(e) ? portTaken(application, e) : e;
    }
    return new RunningServer(
        server,
        "http://127.0.0.1:" + port(server, "application"),
        "http://127.0.0.1:" + port(server, "admin"));
  }

  private static boolean isPortTaken(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException) {
        return true;
      }
    }
    return false;
  }

  /** Jetty's message names the address, which is ours. */
  private static ConfigException portTaken(CountersignApplication application, Exception e) {
    String address = String.valueOf(e.getMessage()).replaceFirst(".*?([\\w.:]*:\\d+)$", "$1");
    return application.mistake(
        "server", "cannot listen on `%s`; is the port taken?".formatted(address));
  }

  private static int port(Server server, String name) {
    for (var connector : server.getConnectors()) {
      if (connector instanceof ServerConnector http && name.equals(http.getName())) {
        return http.getLocalPort();
      }
    }
    return 0;
  }
}
