package io.countersign.worker;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.countersign.action.Target;
import io.countersign.activity.channel.SlackConfig;
import io.countersign.activity.infrastructure.OperationConfig;
import io.countersign.activity.targets.TargetConfig;
import io.countersign.api.identity.IdentityConfig;
import io.countersign.api.slack.SlackDoorConfig;
import io.countersign.audit.CosignerKey;
import io.countersign.audit.EvidenceException;
import io.countersign.audit.KeyRing;
import io.countersign.audit.TrustedKey;
import io.countersign.audit.VerifierKey;
import io.countersign.store.DatabaseConfig;
import io.countersign.workflow.TemporalConfig;
import io.dropwizard.core.Configuration;
import io.dropwizard.util.DataSize;
import io.dropwizard.util.Duration;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** config.yml. Each section is read by the module it belongs to. */
public final class CountersignConfig extends Configuration {
  private static final int MIN_SECRET = 32;

  @JsonProperty private String publicUrl = "";
  @JsonProperty private @Nullable DatabaseConfig database;
  @JsonProperty private @Nullable TemporalConfig temporal;
  @JsonProperty private Mode mode = Mode.PRODUCTION;
  @JsonProperty private String policy = "";
  @JsonProperty private @Nullable IdentityConfig identity;
  @JsonProperty private boolean apiKeys;
  @JsonProperty private Map<String, TargetSection> targets = Map.of();
  @JsonProperty private Map<String, OperationConfig> operations = Map.of();
  @JsonProperty private @Nullable JsonNode slack;
  @JsonProperty private @Nullable JsonNode teams;
  @JsonProperty private AuditSection audit = new AuditSection("", "", null, null, null, null);
  @JsonProperty private ResultsSection results = new ResultsSection(null, null, null, "");
  @JsonProperty private ExportsSection exports = new ExportsSection(null, null, null);
  @JsonProperty private VotesSection votes = new VotesSection("");

  /** Only the demo may run the engine in memory and seed people. */
  public enum Mode {
    @JsonProperty("production")
    PRODUCTION,
    @JsonProperty("demo")
    DEMO
  }

  /** A target as both processes read it; the server's has neither url nor credentials. */
  public record TargetSection(
      @Nullable String url,
      @Nullable String environment,
      @Nullable List<String> owners,
      TargetConfig.@Nullable Credentials credentials,
      TargetConfig.@Nullable Guarantee guarantee,
      @Nullable List<String> searchPath,
      @Nullable Map<String, List<String>> tags) {

    Target toTarget(String name) {
      return new Target(
          name,
          environment == null ? "default" : environment,
          owners == null ? List.of() : owners,
          searchPath == null || searchPath.isEmpty() ? List.of("public") : searchPath,
          tags == null ? Map.of() : tags);
    }

    /** With what reaches it; only the worker has that. */
    TargetConfig toConfig() {
      return new TargetConfig(
          String.valueOf(url), environment, owners, credentials, guarantee, searchPath, tags);
    }
  }

  /** The log's name, the key that signs it, and where its checkpoints are kept beside it. */
  public record AuditSection(
      String origin,
      String signingKey,
      @Nullable List<String> retiredKeys,
      @Nullable List<AnchorSection> anchors,
      @Nullable List<WitnessSection> witnesses,
      @Nullable RetentionConfig retention) {
    List<WitnessSection> witnessesOrNone() {
      return witnesses == null ? List.of() : witnesses;
    }

    /** The present key, then those that signed before it. */
    KeyRing keys(VerifierKey present) throws EvidenceException {
      List<TrustedKey> keys = new ArrayList<>(List.of(new TrustedKey(present)));
      for (String retired : retiredKeys == null ? List.<String>of() : retiredKeys) {
        TrustedKey key = TrustedKey.parse(retired);
        if (!key.key().name().equals(origin)) {
          throw new EvidenceException("expected keys of this log, whose name is `audit.origin`");
        }
        if (key.key().equals(present)) {
          throw new EvidenceException("the key of `audit.signingKey` is not retired");
        }
        keys.add(key);
      }
      return new KeyRing(keys);
    }

    /** As they stand in the configuration. */
    List<String> anchorFiles() {
      return anchors == null
          ? List.of()
          : anchors.stream().map(AnchorSection::file).filter(Objects::nonNull).toList();
    }

    /** Whether checkpoints go into the threads of ended actions. */
    boolean anchorsInSlack() {
      return anchors != null
          && anchors.stream().anyMatch(anchor -> Boolean.TRUE.equals(anchor.slack()));
    }

    @Override
    public String toString() {
      return "AuditSection[origin=" + origin + "]";
    }
  }

  /** Who signs checkpoints of ours: where it is, and its vkey. */
  public record WitnessSection(String url, String key) {
    URI address() throws EvidenceException {
      if (!url.matches("https?://[A-Za-z0-9.:_\\[\\]-]+(/[A-Za-z0-9._~/-]*)?")) {
        throw new EvidenceException("`url` must be http(s)://host/path");
      }
      return URI.create(url);
    }

    CosignerKey cosigner() throws EvidenceException {
      return CosignerKey.parse(key);
    }
  }

  /** One of the two. */
  public record AnchorSection(@Nullable String file, @Nullable Boolean slack) {
    boolean isOne() {
      return (file == null ? slack != null : slack == null && !file.isBlank());
    }
  }

  /** How much of a result is kept, and for how long. */
  public record ResultsSection(
      @Nullable Integer maxRows, @Nullable Integer maxBytes, @Nullable Duration ttl, String key) {
    int rows() {
      return maxRows == null ? 10_000 : maxRows;
    }

    int bytes() {
      return maxBytes == null ? 10 * 1024 * 1024 : maxBytes;
    }

    java.time.Duration keepFor() {
      return ttl == null ? java.time.Duration.ofHours(24) : ttl.toJavaDuration();
    }

    @Override
    public String toString() {
      return "ResultsSection[maxRows=" + maxRows + "]";
    }
  }

  /** How large an exported file may be, and how long it waits for its download. */
  public record ExportsSection(
      @Nullable Integer maxRows, @Nullable DataSize maxBytes, @Nullable Duration ttl) {
    int rows() {
      return maxRows == null ? 5_000_000 : maxRows;
    }

    long bytes() {
      return maxBytes == null ? 2L << 30 : maxBytes.toBytes();
    }

    java.time.Duration keepFor() {
      return ttl == null ? java.time.Duration.ofHours(24) : ttl.toJavaDuration();
    }
  }

  /** The secret that seals votes between api and worker. */
  public record VotesSection(String key) {
    @Override
    public String toString() {
      return "VotesSection";
    }
  }

  /** A mistake in a key. */
  static final class Problem extends Exception {
    private final String key;
    private final String expected;

    Problem(String key, String expected) {
      super(key + ": " + expected);
      this.key = key;
      this.expected = expected;
    }

    String key() {
      return key;
    }

    String expected() {
      return expected;
    }
  }

  /** What Jackson cannot check. */
  void check(Role role) throws Problem {
    require(
        publicUrl.matches("https?://[^/]+"), "publicUrl", "expected http(s)://host without a path");
    require(!policy.isEmpty(), "policy", "expected the path of a policy file");
    require(!audit.origin().isEmpty(), "audit.origin", "expected the log's name");
    require(
        RetentionConfig.isGood(audit.retention()), "audit.retention.keep", "expected P7Y or so");
    require(!audit.signingKey().isEmpty(), "audit.signingKey", "expected a PEM key or its file");
    require(
        audit.anchors() == null || audit.anchors().stream().allMatch(AnchorSection::isOne),
        "audit.anchors",
        "expected each to be `file: PATH` or `slack: true`");
    require(
        !audit.anchorsInSlack() || slack != null,
        "audit.anchors",
        "`slack: true` needs the section `slack`");
    require(!targets.isEmpty(), "targets", "expected at least one target");
    requireSecret("results.key", results.key());
    requireSecret("votes.key", votes.key());
    require(exports.rows() > 0, "exports.maxRows", "expected at least 1");
    require(exports.bytes() > 0, "exports.maxBytes", "expected at least 1B");
    require(exports.keepFor().isPositive(), "exports.ttl", "expected more than no time");
    if (mode == Mode.PRODUCTION) {
      require(
          temporal != null,
          "temporal.address",
          "missing; the in-process engine is for mode demo only");
      require(
          database != null, "database.url", "missing; the embedded database is for mode demo only");
      require(identity != null, "identity.issuer", "missing; seeded people are for mode demo only");
    }
    for (Map.Entry<String, OperationConfig> operation : operations.entrySet()) {
      checkOperation(operation.getKey(), operation.getValue(), role);
    }
    try {
      var unusedSender = role.works() ? slackSender() : slackDoor();
    } catch (IllegalArgumentException e) {
      throw new Problem("", String.valueOf(e.getMessage()));
    }
    if (role.works()) {
      for (Map.Entry<String, TargetSection> target : targets.entrySet()) {
        checkTarget("targets." + target.getKey(), target.getValue());
      }
    }
  }

  private static void checkTarget(String key, TargetSection target) throws Problem {
    try {
      var unused = target.toConfig();
    } catch (IllegalArgumentException e) {
      throw new Problem(key, String.valueOf(e.getMessage()));
    }
    require(target.credentials() != null, key + ".credentials", "expected read and write logins");
  }

  private void checkOperation(String name, OperationConfig operation, Role role) throws Problem {
    String key = "operations." + name;
    require(name.matches("[a-z][a-z0-9_-]{0,62}"), key, "expected a name such as `restart-search`");
    require(
        targets.containsKey(String.valueOf(operation.target())),
        key + ".target",
        "expected the name of a target");
    if (role.works()) {
      try {
        operation.check();
      } catch (IllegalArgumentException e) {
        throw new Problem(key, String.valueOf(e.getMessage()));
      }
    }
  }

  private static void requireSecret(String key, String value) throws Problem {
    require(
        value.length() >= MIN_SECRET,
        key,
        "expected a secret of at least " + MIN_SECRET + " characters");
  }

  private static void require(boolean holds, String key, String expected) throws Problem {
    if (!holds) {
      throw new Problem(key, expected);
    }
  }

  public String publicUrl() {
    return publicUrl;
  }

  public @Nullable DatabaseConfig database() {
    return database;
  }

  public @Nullable TemporalConfig temporal() {
    return temporal;
  }

  public boolean isDemo() {
    return mode == Mode.DEMO;
  }

  public String policy() {
    return policy;
  }

  public @Nullable IdentityConfig identity() {
    return identity;
  }

  public Map<String, TargetSection> targets() {
    return new TreeMap<>(targets);
  }

  public Map<String, OperationConfig> operations() {
    return new TreeMap<>(operations);
  }

  /** What the worker reads of section {@code slack}: it sends. */
  public Optional<SlackConfig> slackSender() {
    return section(slack, SlackConfig.class);
  }

  /** What the server reads of section {@code slack}: it is called. */
  public Optional<SlackDoorConfig> slackDoor() {
    return section(slack, SlackDoorConfig.class);
  }

  private static <T> Optional<T> section(@Nullable JsonNode node, Class<T> type) {
    if (node == null || node.isNull()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new ObjectMapper()
              .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
              .treeToValue(node, type));
    } catch (JsonProcessingException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IllegalArgumentException(
          cause instanceof IllegalArgumentException && cause.getMessage() != null
              ? cause.getMessage()
              : "slack: unknown key or wrong type near `" + lastKey(e) + "`");
    }
  }

  private static String lastKey(JsonProcessingException e) {
    if (e instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()) {
      return String.valueOf(mapping.getPath().getLast().getFieldName());
    }
    return "slack";
  }

  public AuditSection audit() {
    return audit;
  }

  public ResultsSection results() {
    return results;
  }

  public ExportsSection exports() {
    return exports;
  }

  public VotesSection votes() {
    return votes;
  }

  /** Keys that are understood but not used by this release. */
  public List<String> unused() {
    List<String> unused = new ArrayList<>();
    if (apiKeys) {
      unused.add("apiKeys");
    }
    if (teams != null) {
      unused.add("teams");
    }
    return unused;
  }
}
