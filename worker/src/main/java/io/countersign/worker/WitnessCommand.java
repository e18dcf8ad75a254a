package io.countersign.worker;

import io.countersign.audit.CosignerKey;
import io.countersign.audit.EvidenceException;
import io.countersign.audit.KeyRing;
import io.countersign.audit.SigningKey;
import io.countersign.store.integration.SigningKeyFile;
import io.countersign.witness.WitnessException;
import io.countersign.witness.WitnessProcess;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/** {@code countersign witness}: no database, no engine, no configuration file. */
final class WitnessCommand {
  private static final String EXPECTED =
      "expected `witness --key FILE --name NAME --logs VKEYS --state FILE`";
  private static final int DEFAULT_PORT = 8090;

  private WitnessCommand() {}

  /** Starts a witness, which goes on when this returns. */
  static int run(List<String> arguments, PrintStream out, int running)
      throws UsageException, ConfigException, IOException {
    Options options =
        Options.parse(
            arguments, List.of("key", "name", "logs", "state", "listen", "ready-file"), "begin");
    if (!options.operands().isEmpty()) {
      throw new UsageException(EXPECTED);
    }
    SigningKey key = key(require(options, "name"), Path.of(require(options, "key")));
    Path state = Path.of(require(options, "state"));
    try {
      WitnessProcess process =
          WitnessProcess.start(
              key,
              logs(Path.of(require(options, "logs"))),
              state,
              options.has("begin"),
              address(options.values().getOrDefault("listen", "127.0.0.1:" + DEFAULT_PORT)),
              Clock.systemUTC());
      out.println("witness " + CosignerKey.of(key) + " on port " + process.port());
      var readyFile = options.path("ready-file");
      if (readyFile.isPresent()) {
        ReadyFile.write(
            readyFile.get(),
            Map.of(
                "url", "http://127.0.0.1:" + process.port(),
                "key", CosignerKey.of(key).toString(),
                "pid", ProcessHandle.current().pid()));
      }
      return running;
    } catch (WitnessException e) {
      throw new ConfigException("witness", "--state", String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new ConfigException(
          "witness", "", "cannot write `%s` beside its lock, or listen".formatted(state));
    }
  }

  private static String require(Options options, String name) throws UsageException {
    String value = options.values().get(name);
    if (value == null || value.isBlank()) {
      throw new UsageException(EXPECTED);
    }
    return value;
  }

  private static SigningKey key(String name, Path file) throws ConfigException {
    try {
      return SigningKeyFile.read(name, file.toString());
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage()).replace("audit.signingKey: ", "");
      throw new ConfigException("witness", "--key", message);
    }
  }

  private static KeyRing logs(Path file) throws ConfigException {
    try {
      KeyRing logs = KeyRing.parse(Files.readString(file));
      if (logs.keys().isEmpty()) {
        throw new ConfigException("witness", "--logs", "expected one vkey a line");
      }
      return logs;
    } catch (EvidenceException e) {
      throw new ConfigException("witness", "--logs", String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new ConfigException("witness", "--logs", "`%s` cannot be read".formatted(file));
    }
  }

  private static InetSocketAddress address(String listen) throws UsageException {
    int colon = listen.lastIndexOf(':');
    String port = listen.substring(colon + 1);
    if (colon < 1 || !port.matches("\\d{1,5}") || Integer.parseInt(port) > 65_535) {
      throw new UsageException("`--listen` must be HOST:PORT");
    }
    return new InetSocketAddress(listen.substring(0, colon), Integer.parseInt(port));
  }
}
