package io.countersign.api.identity;

import io.countersign.api.ProblemMapper;
import io.countersign.store.TestDatabase;
import io.dropwizard.auth.Auth;
import io.dropwizard.core.Application;
import io.dropwizard.core.Configuration;
import io.dropwizard.core.server.DefaultServerFactory;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.jetty.HttpConnectorFactory;
import io.dropwizard.testing.DropwizardTestSupport;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.List;

/** A small application with our identity, and a resource that says who called. */
final class IdentityServer implements AutoCloseable {
  /** Says who called. */
  @Path("/who")
  public static final class WhoResource {
    @GET
    public String read(@Auth Caller caller) {
      return caller.type() + " " + caller.id() + " " + caller.idpGroups() + caller.channel();
    }

    @POST
    public String change(@Auth Caller caller) {
      return "changed by " + caller.id();
    }
  }

  /** The application that tests start. */
  public static final class TestApplication extends Application<Configuration> {
    private final Identity identity;
    private final DemoIssuer demo;

    TestApplication(Identity identity, DemoIssuer demo) {
      this.identity = identity;
      this.demo = demo;
    }

    @Override
    public void run(Configuration configuration, Environment environment) {
      environment.jersey().register(new ProblemMapper());
      environment.jersey().register(new WhoResource());
      demo.register(environment);
      identity.register(environment);
    }
  }

  private final DropwizardTestSupport<Configuration> support;
  private final DemoIssuer demo;
  private final String url;

  /** A server that trusts its own demo issuer. */
  static IdentityServer ofDemo(TestDatabase database, TestClock clock) throws Exception {
    int port = freePort();
    DemoIssuer demo = new DemoIssuer("http://127.0.0.1:" + port, null, clock);
    return new IdentityServer(port, demo, demo.config(), database, clock);
  }

  /** A server that trusts another issuer. */
  static IdentityServer trusting(IdentityConfig config, TestDatabase database, TestClock clock)
      throws Exception {
    int port = freePort();
    DemoIssuer demo = new DemoIssuer("http://127.0.0.1:" + port, null, clock);
    return new IdentityServer(port, demo, config, database, clock);
  }

  private IdentityServer(
      int port, DemoIssuer demo, IdentityConfig config, TestDatabase database, TestClock clock)
      throws Exception {
    this.demo = demo;
    this.url = "http://127.0.0.1:" + port;
    Identity identity = new Identity(config, database.database().jdbi(), url + "/", clock);
    this.support =
        new DropwizardTestSupport<>(TestApplication.class, configuration(port)) {
          @Override
          public Application<Configuration> newApplication() {
            return new TestApplication(identity, demo);
          }
        };
    support.before();
  }

  private static Configuration configuration(int port) {
    HttpConnectorFactory application = new HttpConnectorFactory();
    application.setPort(port);
    HttpConnectorFactory admin = new HttpConnectorFactory();
    admin.setPort(0);
    DefaultServerFactory server = new DefaultServerFactory();
    server.setApplicationConnectors(List.of(application));
    server.setAdminConnectors(List.of(admin));
    server.setRegisterDefaultExceptionMappers(false);
    Configuration configuration = new Configuration();
    configuration.setServerFactory(server);
    return configuration;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  String url() {
    return url;
  }

  DemoIssuer demo() {
    return demo;
  }

  @Override
  public void close() {
    support.after();
  }
}
