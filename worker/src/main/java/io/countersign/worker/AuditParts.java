package io.countersign.worker;

import io.countersign.activity.channel.SlackAnchor;
import io.countersign.activity.channel.SlackChannel;
import io.countersign.audit.EvidenceException;
import io.countersign.audit.KeyRing;
import io.countersign.audit.SigningKey;
import io.countersign.store.Database;
import io.countersign.store.anchor.AnchorException;
import io.countersign.store.anchor.AnchorSource;
import io.countersign.store.anchor.Anchors;
import io.countersign.store.anchor.Cosignatures;
import io.countersign.store.integration.SigningKeyFile;
import io.countersign.worker.cosigning.Cosigning;
import io.countersign.worker.cosigning.WitnessClient;
import io.dropwizard.core.setup.Environment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Jdbi;

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
      Role role,
      CountersignConfig config,
      ConfigFile file,
      Database database,
      KeyRing keys,
      List<WitnessClient> witnesses)
      throws ConfigException {
    List<Path> files = role.works() ? anchorFiles(config, file) : List.of();
    try {
      Anchors anchors = Anchors.open(files, database.jdbi(), keys);
      witnesses.forEach(anchors::add);
      Optional<String> disagreement = anchors.disagreement();
      if (disagreement.isPresent()) {
        database.close();
        throw file.mistake("audit.witnesses", disagreement.get());
      }
      return anchors;
    } catch (AnchorException e) {
      database.close();
      throw file.mistake("audit.anchors", String.valueOf(e.getMessage()));
    }
  }

  /** Whom the configuration names. */
  static List<WitnessClient> witnesses(CountersignConfig config, ConfigFile file, KeyRing keys)
      throws ConfigException {
    List<WitnessClient> witnesses = new ArrayList<>();
    for (CountersignConfig.WitnessSection section : config.audit().witnessesOrNone()) {
      try {
        witnesses.add(
            new WitnessClient(
                section.address(), section.cosigner(), keys, config.audit().origin()));
      } catch (EvidenceException e) {
        throw file.mistake("audit.witnesses", String.valueOf(e.getMessage()));
      }
    }
    return List.copyOf(witnesses);
  }

  /** What the database keeps of each witness that the configuration names. */
  static List<AnchorSource> cosigned(CountersignConfig config, ConfigFile file, Jdbi jdbi)
      throws ConfigException {
    Cosignatures kept = new Cosignatures(jdbi);
    List<AnchorSource> sources = new ArrayList<>();
    for (CountersignConfig.WitnessSection section : config.audit().witnessesOrNone()) {
      try {
        sources.add(kept.of(section.cosigner()));
      } catch (EvidenceException e) {
        throw file.mistake("audit.witnesses", String.valueOf(e.getMessage()));
      }
    }
    return sources;
  }

  /** What exports take along: anchors that this machine can read, and what witnesses signed. */
  static List<AnchorSource> readable(CountersignConfig config, ConfigFile file, Jdbi jdbi)
      throws ConfigException {
    List<AnchorSource> sources =
        new ArrayList<>(
            Anchors.sources(anchorFiles(config, file).stream().filter(Files::isReadable).toList()));
    sources.addAll(cosigned(config, file, jdbi));
    return sources;
  }

  /** Where the configuration asks for it; the channel is closed with the process. */
  static Optional<SlackChannel> anchorInSlack(
      Environment environment,
      CountersignConfig config,
      Jdbi jdbi,
      KeyRing keys,
      Anchors anchors,
      InstantSource clock) {
    if (!config.audit().anchorsInSlack()) {
      return Optional.empty();
    }
    Optional<SlackChannel> slack = config.slackSender().map(SlackChannel::new);
    slack.ifPresent(
        channel -> {
          SlackAnchor anchor = new SlackAnchor(jdbi, channel, keys, anchors, clock);
          environment
              .lifecycle()
              .scheduledExecutorService("audit-slack")
              .threads(1)
              .build()
              .scheduleWithFixedDelay(anchor::post, 5, 20, TimeUnit.SECONDS);
        });
    return slack;
  }

  /** Beside the integrator, in its own time: a checkpoint is offered within a quarter minute. */
  static void cosign(Environment environment, Cosigning cosigning) {
    environment
        .lifecycle()
        .scheduledExecutorService("audit-witnesses")
        .threads(1)
        .build()
        .scheduleWithFixedDelay(cosigning::ask, 1, 15, TimeUnit.SECONDS);
  }
}
