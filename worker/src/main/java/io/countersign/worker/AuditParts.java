package io.countersign.worker;

import io.countersign.audit.EvidenceException;
import io.countersign.audit.KeyRing;
import io.countersign.audit.SigningKey;
import io.countersign.store.AnchorException;
import io.countersign.store.Anchors;
import io.countersign.store.Database;
import io.countersign.store.SigningKeyFile;
import java.nio.file.Path;
import java.util.List;

/** What section {@code audit} of the configuration opens. */
final class AuditParts {
  private AuditParts() {}

  static SigningKey signingKey(CountersignConfig config, ConfigFile file) throws ConfigException {
    try {
      String setting = config.audit().signingKey();
      boolean text = setting.strip().startsWith("-----BEGIN");
      return SigningKeyFile.read(
          config.audit().origin(), text ? setting : file.resolve(setting).toString());
    } catch (IllegalArgumentException e) {
      throw file.mistake("", String.valueOf(e.getMessage()));
    }
  }

  /** The keys that sign or signed the log, pinned by the configuration. */
  static KeyRing keys(CountersignConfig config, ConfigFile file, SigningKey present)
      throws ConfigException {
    try {
      return config.audit().keys(present.verifierKey());
    } catch (EvidenceException e) {
      throw file.mistake("audit.retiredKeys", String.valueOf(e.getMessage()));
    }
  }

  static List<Path> anchorFiles(CountersignConfig config, ConfigFile file) {
    return config.audit().anchorFiles().stream().map(file::resolve).toList();
  }

  /** Only who signs asks them, and nobody signs before they agree. */
  static Anchors anchors(
      Role role, CountersignConfig config, ConfigFile file, Database database, KeyRing keys)
      throws ConfigException {
    List<Path> files = role.works() ? anchorFiles(config, file) : List.of();
    try {
      return Anchors.open(files, database.jdbi(), keys);
    } catch (AnchorException e) {
      database.close();
      throw file.mistake("audit.anchors", String.valueOf(e.getMessage()));
    }
  }
}
