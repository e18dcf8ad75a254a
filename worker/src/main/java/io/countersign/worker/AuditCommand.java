package io.countersign.worker;

import io.countersign.audit.KeyRing;
import io.countersign.audit.SigningKey;
import io.countersign.audit.TrustedKey;
import io.countersign.store.Database;
import io.countersign.store.anchor.AnchorException;
import io.countersign.store.anchor.AnchorSource;
import io.countersign.store.anchor.Anchors;
import io.countersign.store.anchor.PastedAnchor;
import io.countersign.store.auditor.ExportRange;
import io.countersign.store.evidence.DamagedLogException;
import io.countersign.store.integration.KeyRotation;
import io.countersign.store.integration.SigningKeyFile;
import io.countersign.store.verification.AuditVerify;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** {@code audit verify}, {@code export} and {@code rotate}: the whole log, and its key. */
final class AuditCommand {
  private static final String EXPECTED =
      "expected `audit verify CONFIG`, `audit export CONFIG FILE` or"
          + " `audit rotate CONFIG --new-key FILE`";
  private static final Path PROOF = Path.of("countersign-two-checkpoints.txt");

  private final ConfigFile file;
  private final CountersignConfig config;
  private final SigningKey key;
  private final KeyRing keys;
  private final PrintStream out;

  private AuditCommand(ConfigFile file, PrintStream out) throws ConfigException {
    this.file = file;
    this.out = out;
    config = file.read(Role.SERVER);
    key = AuditParts.signingKey(config, file);
    keys = AuditParts.keys(config, file, key);
  }

  static int run(List<String> arguments, Map<String, String> environment, PrintStream out)
      throws UsageException, ConfigException {
    String command = arguments.isEmpty() ? "" : arguments.getFirst();
    List<String> rest = arguments.isEmpty() ? List.of() : arguments.subList(1, arguments.size());
    if (CustodyCommand.COMMANDS.contains(command)) {
      return CustodyCommand.run(command, rest, environment, out);
    }
    List<String> known =
        switch (command) {
          case "verify" -> List.of("anchor-file", "proof");
          case "rotate" -> List.of("new-key");
          case "export" -> ExportCommand.OPTIONS;
          default -> throw new UsageException(EXPECTED);
        };
    Options options =
        command.equals("export")
            ? Options.parse(rest, known, ExportCommand.SUBJECTS)
            : Options.parse(rest, known);
    if (command.equals("export")) {
      if (options.operands().size() != 2) {
        throw new UsageException(
            "expected `audit export CONFIG FILE [--from DAY] [--to DAY] [--subjects]`");
      }
      ConfigFile file = new ConfigFile(Path.of(options.operands().getFirst()), environment);
      return new AuditCommand(file, out).export(options);
    }
    ConfigFile file = new ConfigFile(options.operand("config.yml"), environment);
    if (command.equals("verify")) {
      return new AuditCommand(file, out).verify(options);
    }
    Optional<Path> next = options.path("new-key");
    if (next.isEmpty()) {
      throw new UsageException(EXPECTED);
    }
    return new AuditCommand(file, out).rotate(next.get());
  }

  private int verify(Options options) throws ConfigException {
    List<AnchorSource> anchors =
        new ArrayList<>(Anchors.sources(AuditParts.anchorFiles(config, file)));
    options
        .path("anchor-file")
        .ifPresent(pasted -> anchors.add(new PastedAnchor(pasted, key.origin())));
    try (Database database = CountersignApplication.openDatabase(config, file)) {
      anchors.addAll(witnesses(database.jdbi()));
      return new AuditVerify(database.jdbi(), keys, anchors)
          .run(out, options.path("proof").orElse(PROOF));
    }
  }

  private int export(Options options) throws ConfigException, UsageException {
    ExportRange range = ExportCommand.range(options);
    List<AnchorSource> anchors =
        new ArrayList<>(Anchors.sources(AuditParts.anchorFiles(config, file)));
    try (Database database = CountersignApplication.openDatabase(config, file)) {
      anchors.addAll(AuditParts.cosigned(config, file, database.jdbi()));
      return new ExportCommand(database, keys, anchors, out)
          .run(range, options.has(ExportCommand.SUBJECTS), Path.of(options.operands().getLast()));
    }
  }

  /** What each witness says now, and what the database keeps of it. */
  private List<AnchorSource> witnesses(Jdbi jdbi) throws ConfigException {
    List<AnchorSource> sources = new ArrayList<>(AuditParts.witnesses(config, file, keys));
    sources.addAll(AuditParts.cosigned(config, file, jdbi));
    return sources;
  }

  private int rotate(Path newKey) throws ConfigException {
    SigningKey next = read(newKey);
    try (Database database = CountersignApplication.openDatabase(config, file)) {
      Anchors anchors = Anchors.open(AuditParts.anchorFiles(config, file), database.jdbi(), keys);
      TrustedKey retired =
          new KeyRotation(database.jdbi(), key, keys, anchors, Clock.systemUTC())
              .handOver(next.verifierKey());
      out.printf(
          """
          the log is handed over at size %d; nothing is signed until the processes have the new key:
          set `audit.signingKey` to it, add this to `audit.retiredKeys`, and restart them
            - "%s"
          whoever checks receipts needs one key more:
            %s
          """,
          retired.until(), retired, next.verifierKey());
      return 0;
    } catch (AnchorException e) {
      throw file.mistake("audit.anchors", String.valueOf(e.getMessage()));
    } catch (DamagedLogException | IllegalArgumentException e) {
      throw file.mistake("audit.signingKey", String.valueOf(e.getMessage()));
    }
  }

  private SigningKey read(Path newKey) throws ConfigException {
    try {
      return SigningKeyFile.read(key.origin(), newKey.toString());
    } catch (IllegalArgumentException e) {
      throw file.mistake(
          "", String.valueOf(e.getMessage()).replace("audit.signingKey", "--new-key"));
    }
  }
}
