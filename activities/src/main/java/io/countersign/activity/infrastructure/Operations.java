package io.countersign.activity.infrastructure;

import io.countersign.action.ChangeInfrastructure;
import io.countersign.action.Code;
import io.countersign.action.Digest;
import io.countersign.sql.Analysis;
import io.countersign.sql.Mentions;
import io.countersign.sql.Resolution;
import io.countersign.sql.Reversible;
import io.countersign.sql.SafeText;
import io.countersign.sql.StatementClass;
import io.countersign.sql.Understanding;
import io.countersign.store.action.ActionError;
import io.countersign.store.action.ActionError.Retry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The operations that config.yml declares: what an action that asks for one would do. */
public final class Operations {
  private static final int SHOWN = 1_000;

  private final Map<String, OperationConfig> declared;
  private final HttpSender sender;

  /**
   * @param declared by name
   */
  public Operations(Map<String, OperationConfig> declared, HttpSender sender) {
    this.declared = Map.copyOf(declared);
    this.sender = sender;
  }

  /** Where nothing is declared. */
  public static Operations none() {
    return new Operations(Map.of(), HttpSender.ofThisMachine());
  }

  /**
   * What an action would do, as it is declared now.
   *
   * @param understanding with a fingerprint of the declaration, and what is sent where in words
   * @param impossible why it cannot be done, whatever the policy says
   */
  public record Reading(Understanding understanding, @Nullable ActionError impossible) {
    public Resolution resolution() {
      return understanding.resolution();
    }
  }

  public Reading read(ChangeInfrastructure change, String target) {
    OperationConfig config = declared.get(change.operation());
    if (config == null) {
      return impossible(change, "config.yml declares no such operation any more", Optional.empty());
    }
    Optional<Digest> fingerprint = Optional.of(config.fingerprint());
    Optional<String> objection =
        config.toOperation(change.operation()).objection(target, change.parameters());
    if (objection.isPresent()) {
      return impossible(change, objection.get(), fingerprint);
    }
    try {
      return reading(change, effects(config, change, target), List.of(), fingerprint, null);
    } catch (IllegalArgumentException e) {
      return impossible(change, String.valueOf(e.getMessage()), fingerprint);
    }
  }

  private List<String> effects(OperationConfig config, ChangeInfrastructure change, String target) {
    List<String> effects = new ArrayList<>();
    if (config.description() != null && !config.description().isBlank()) {
      effects.add(config.description());
    }
    request(change).ifPresent(request -> effects.addAll(request.shown()));
    setting(change).ifPresent(setting -> effects.add(setting.shown(target)));
    return effects.stream().map(effect -> SafeText.line(effect, SHOWN)).toList();
  }

  private Reading impossible(
      ChangeInfrastructure change, String why, Optional<Digest> fingerprint) {
    return reading(
        change,
        List.of(),
        List.of(why),
        fingerprint,
        new ActionError(Code.VALIDATION, why, Retry.RESUBMIT));
  }

  private Reading reading(
      ChangeInfrastructure change,
      List<String> effects,
      List<String> objections,
      Optional<Digest> fingerprint,
      @Nullable ActionError impossible) {
    String subject = "operation " + SafeText.line(change.operation(), 63);
    TreeMap<String, String> declaration = new TreeMap<>();
    fingerprint.ifPresent(digest -> declaration.put(subject, digest.value()));
    Analysis analysis =
        new Analysis(
            StatementClass.ADMIN,
            1,
            "Run " + subject,
            List.of(),
            List.of(),
            false,
            List.of(),
            List.of(),
            List.of(),
            false,
            setting(change).isPresent() ? Reversible.YES : Reversible.UNKNOWN,
            objections,
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            Mentions.NONE);
    Resolution resolution = new Resolution(List.of(), List.of(), effects, objections, declaration);
    return new Reading(new Understanding(analysis, resolution, List.of(), null), impossible);
  }

  /**
   * The request that the action sends; empty where its operation is no request.
   *
   * @throws IllegalArgumentException where the parameters do not fit their places
   */
  public Optional<OutgoingRequest> request(ChangeInfrastructure change) {
    return Optional.ofNullable(declared.get(change.operation()))
        .map(OperationConfig::http)
        .map(http -> OutgoingRequest.of(http, change.parameters()));
  }

  /** The setting that the action changes; empty where its operation is none. */
  public Optional<SettingChange> setting(ChangeInfrastructure change) {
    return Optional.ofNullable(declared.get(change.operation()))
        .map(OperationConfig::setting)
        .map(
            setting ->
                new SettingChange(
                    Objects.requireNonNull(setting.name()),
                    setting.value() == null
                        ? null
                        : Objects.toString(change.parameters().get(setting.value()))));
  }

  public HttpSender.Sent send(OutgoingRequest request, String idempotencyKey) {
    return sender.send(request, idempotencyKey);
  }
}
