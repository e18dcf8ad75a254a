package io.countersign.worker;

import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** A started HTTP server and where it listens. */
record RunningServer(Server server, String url, String adminUrl) {

  /** Returns once every port answers; throws what kept it from starting. */
  static RunningServer start(CountersignApplication application) throws Exception {
    CompletableFuture<Server> started = new CompletableFuture<>();
    application.onStarted(started::complete);
    application.run("server", "config.yml");
    if (!started.isDone()) {
      throw new ConfigException("config.yml", "server", "the server did not start");
    }
    Server server = started.join();
    return new RunningServer(
        server,
        "http://127.0.0.1:" + port(server, "application"),
        "http://127.0.0.1:" + port(server, "admin"));
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
