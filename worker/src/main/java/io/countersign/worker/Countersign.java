package io.countersign.worker;

import ch.qos.logback.classic.Level;
import io.countersign.action.Target;
import io.countersign.audit.VerifyReceipt;
import io.countersign.policy.Installation;
import io.countersign.policy.PolicyCheck;
import io.countersign.policy.PolicyFile;
import io.countersign.store.Database;
import io.countersign.store.person.PersonDao;
import io.countersign.workflow.TemporalConnection;
import io.dropwizard.logging.common.BootstrapLogging;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The command line: one short answer for every mistake, and exit codes that scripts can trust. */
public final class Countersign {
  private static final String USAGE =
      """
      usage: countersign COMMAND

        demo [--port N] [--data DIR] [--ready-file FILE]  all in one process, with sample data
        demo --story                                      plays the main job and checks every step
        server CONFIG [--ready-file FILE]                 API and console
        worker CONFIG [--ready-file FILE]                 Temporal worker: policy, review, execution
        all CONFIG [--ready-file FILE]                    both in one process
        migrate CONFIG                                    prepares the control database and Temporal
        policy check POLICY [--config CONFIG]             validates a policy, and warns
        policy check POLICY --facts FACTS                 explains what it decides on facts
        policy check POLICY --against DAYS --config CONFIG
                                                          asks it about recorded actions
        target setup TARGET --print [--config CONFIG]
                                                          the SQL that makes a database ready
        target doctor TARGET [--config CONFIG]            what is wrong with a target
        audit verify CONFIG [--anchor-file FILE] [--proof FILE]
                                                          re-hashes the whole log, compares anchors
        audit export CONFIG FILE [--from DAY] [--to DAY] [--subjects]
                                                          a zip that auditors check without us
        audit shred CONFIG PERSON [--confirm]             forgets a person
        audit hold CONFIG --action ID | --person ID | --all --reason TEXT
        audit release CONFIG --action ID | --person ID | --all
        audit holds CONFIG                                what must be kept
        audit prune CONFIG [--confirm]                    removes what its time is over for
        audit rotate CONFIG --new-key FILE                hands the log over to another key
        witness --key FILE --name NAME --logs VKEYS --state FILE [--begin] [--listen HOST:PORT]
                                                          signs checkpoints of logs, as they grow
        verify RECEIPT --key VKEY [--key VKEY ...]        checks a receipt offline
      """;

  private final Map<String, String> environment;

  private Countersign(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Runs a command; long-running ones return while their threads go on. */
  public static void main(String[] arguments) {
    BootstrapLogging.bootstrap(Level.WARN);
    int exit = run(List.of(arguments), System.getenv(), System.err);
    if (exit != RUNNING) {
      System.exit(exit);
    }
  }

  /** Runs a command and answers its exit code; every mistake is one line. */
  static int run(List<String> arguments, Map<String, String> environment, PrintStream err) {
    try {
      return new Countersign(environment).run(arguments);
    } catch (ConfigException e) {
      err.println(e.getMessage());
      return 1;
    } catch (UsageException e) {
      err.println("countersign: " + e.getMessage() + "; see `countersign help`");
      return 2;
    } catch (Exception | Error e) {
      // An error too: threads that were started already would keep the process alive, half made.
      err.println("countersign: failed: " + describe(e));
      return 1;
    }
  }

  private static final int RUNNING = -1;

  private int run(List<String> arguments) throws Exception {
    String command = arguments.isEmpty() ? "help" : arguments.getFirst();
    List<String> rest = arguments.isEmpty() ? List.of() : arguments.subList(1, arguments.size());
    return switch (command) {
      case "demo" -> demo(rest);
      case "server" -> start(Role.SERVER, rest);
      case "worker" -> start(Role.WORKER, rest);
      case "all" -> start(Role.ALL, rest);
      case "migrate" -> migrate(rest);
      case "policy" -> policyCheck(rest);
      case "target" -> TargetCommand.run(rest, environment, System.out);
      case "audit" -> AuditCommand.run(rest, environment, System.out);
      case "witness" -> WitnessCommand.run(rest, System.out, RUNNING);
      case "verify" -> new VerifyReceipt(Countersign::read, System.out, System.err).run(rest);
      case "help", "--help", "-h" -> {
        System.out.print(USAGE);
        yield 0;
      }
      default -> throw new UsageException("unknown command `" + command + "`");
    };
  }

  private static int demo(List<String> arguments) throws Exception {
    Options options = Options.parse(arguments, List.of("port", "data", "ready-file"), "story");
    boolean story = options.has("story");
    Demo demo =
        Demo.start(
            options.port(story ? 0 : 8080),
            options.path("data"),
            options.path("ready-file"),
            story);
    if (!story) {
      demo.greet(System.out);
      return RUNNING;
    }
    boolean asPromised = demo.story(System.out).play();
    demo.close();
    return asPromised ? 0 : 1;
  }

  private int start(Role role, List<String> arguments) throws Exception {
    Options options = Options.parse(arguments, List.of("ready-file"));
    ConfigFile file = new ConfigFile(options.operand("config.yml"), environment);
    CountersignConfig config = file.read(role);
    CountersignApplication application = new CountersignApplication(role, config, file, null);
    RunningServer running = RunningServer.start(application);
    Optional<Path> readyFile = options.path("ready-file");
    if (readyFile.isPresent()) {
      Map<String, Object> ready = new HashMap<>();
      if (role.serves()) {
        ready.put("url", running.url());
      }
      ready.put("admin_url", running.adminUrl());
      ready.put("pid", ProcessHandle.current().pid());
      ReadyFile.write(readyFile.get(), ready);
    }
    return RUNNING;
  }

  private int migrate(List<String> arguments) throws Exception {
    Path operand = Options.parse(arguments, List.of()).operand("config.yml");
    ConfigFile file = new ConfigFile(operand, environment);
    CountersignConfig config = file.read(Role.SERVER);
    try (Database database = CountersignApplication.openDatabase(config, file)) {
      database.migrate();
    }
    System.out.println("control database is current");
    if (config.temporal() != null) {
      try (TemporalConnection temporal = TemporalConnection.open(config.temporal())) {
        temporal.registerSearchAttributes();
      }
      System.out.println("search attributes are registered");
    }
    return 0;
  }

  private int policyCheck(List<String> arguments) throws Exception {
    if (arguments.isEmpty() || !arguments.getFirst().equals("check")) {
      throw new UsageException("expected `policy check POLICY`");
    }
    Options options =
        Options.parse(
            arguments.subList(1, arguments.size()), List.of("facts", "against", "config"));
    Path policy = options.operand("policy.yml");
    Optional<Duration> past = options.days("against");
    Optional<Path> configPath = options.path("config");
    if (configPath.isEmpty()) {
      if (past.isPresent()) {
        throw new UsageException("`--against` needs `--config CONFIG`");
      }
      return policyCheck(options, Installation.UNKNOWN);
    }
    ConfigFile file = new ConfigFile(configPath.get(), environment);
    CountersignConfig config = file.read(Role.SERVER);
    List<Target> targets =
        config.targets().entrySet().stream()
            .map(target -> target.getValue().toTarget(target.getKey()))
            .toList();
    try (Database database = CountersignApplication.openDatabase(config, file)) {
      Set<String> held = database.jdbi().withExtension(PersonDao.class, PersonDao::heldGroups);
      int checked = policyCheck(options, new Installation(targets, Optional.of(held)));
      if (checked == 0 && past.isPresent()) {
        new PolicyReplay(PolicyFile.open(policy).current(), System.out)
            .run(database.jdbi(), Instant.now(), past.get());
      }
      return checked;
    } catch (ConfigException e) {
      if (past.isPresent()) {
        throw e;
      }
      System.out.println("note: who holds which group is not known: " + e.getMessage());
      return policyCheck(options, new Installation(targets, Optional.empty()));
    }
  }

  private static int policyCheck(Options options, Installation installation) throws UsageException {
    return PolicyCheck.run(
        options.operand("policy.yml"),
        options.path("facts"),
        installation,
        Instant.now(),
        System.out,
        System.err);
  }

  private static byte[] read(String path, int limit) throws java.io.IOException {
    try (InputStream file = Files.newInputStream(Path.of(path))) {
      return file.readNBytes(limit);
    }
  }

  /** Messages of unexpected faults may quote secrets: their classes and one place must do. */
  private static String describe(Throwable thrown) {
    List<String> chain = new ArrayList<>();
    Throwable last = thrown;
    for (Throwable t = thrown; t != null && chain.size() < 4; t = t.getCause()) {
      chain.add(t.getClass().getSimpleName());
      last = t;
    }
    StackTraceElement[] trace = last.getStackTrace();
    return String.join(" <- ", chain) + (trace.length == 0 ? "" : " at " + trace[0]);
  }
}
