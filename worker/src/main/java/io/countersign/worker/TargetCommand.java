package io.countersign.worker;

import io.countersign.activity.targets.TargetConfig;
import io.countersign.activity.targets.TargetDoctor;
import io.countersign.activity.targets.TargetDoctor.Finding;
import io.countersign.activity.targets.TargetDoctor.Level;
import io.countersign.activity.targets.TargetSetup;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** {@code target setup} and {@code target doctor}: what a database needs, and what it lacks. */
final class TargetCommand {
  private static final String EXPECTED =
      "expected `target setup TARGET --print` or `target doctor TARGET`";

  private TargetCommand() {}

  /** Answers 0, or 1 where the doctor found a failure. */
  static int run(List<String> arguments, Map<String, String> environment, PrintStream out)
      throws UsageException, ConfigException {
    String command = arguments.isEmpty() ? "" : arguments.getFirst();
    List<String> rest = arguments.isEmpty() ? List.of() : arguments.subList(1, arguments.size());
    return switch (command) {
      case "setup" -> setup(Options.parse(rest, List.of("config"), "print"), environment, out);
      case "doctor" -> doctor(Options.parse(rest, List.of("config")), environment, out);
      default -> throw new UsageException(EXPECTED);
    };
  }

  private static int setup(Options options, Map<String, String> environment, PrintStream out)
      throws UsageException, ConfigException {
    if (!options.has("print")) {
      throw new UsageException(
          "`target setup` changes nothing by itself: print with `--print`, review, then run it");
    }
    String target = target(options);
    TargetConfig config = file(options, environment).target(target, false);
    out.print(TargetSetup.sql(target, config.credentials(), config.searchPath()));
    return 0;
  }

  private static int doctor(Options options, Map<String, String> environment, PrintStream out)
      throws UsageException, ConfigException {
    List<Finding> findings =
        TargetDoctor.examine(file(options, environment).target(target(options), true));
    for (Finding finding : findings) {
      String mark =
          switch (finding.level()) {
            case OK -> "ok       ";
            case WARNING -> "warning  ";
            case FAILURE -> "FAILURE  ";
          };
      out.println(mark + finding.text());
    }
    return findings.stream().anyMatch(finding -> finding.level() == Level.FAILURE) ? 1 : 0;
  }

  private static String target(Options options) throws UsageException {
    if (options.operands().size() != 1) {
      throw new UsageException(EXPECTED);
    }
    return options.operands().getFirst();
  }

  private static ConfigFile file(Options options, Map<String, String> environment) {
    return new ConfigFile(options.path("config").orElse(Path.of("config.yml")), environment);
  }
}
