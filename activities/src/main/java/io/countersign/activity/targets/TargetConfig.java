package io.countersign.activity.targets;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.countersign.action.Target;
import io.countersign.sql.StatementClass;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A database we may act on, with the credentials to do it.
 *
 * @param url a {@code jdbc:postgresql:} URL
 * @param owners {@code group:<idp group>} or {@code person:<id>}
 * @param searchPath schemas in which unqualified names are looked for, after pg_catalog
 * @param tags data tags by {@code schema.table} or {@code schema.table.column}
 */
public record TargetConfig(
    String url,
    String environment,
    List<String> owners,
    Credentials credentials,
    Guarantee guarantee,
    List<String> searchPath,
    Map<String, List<String>> tags) {

  /** What this URL must not say, because how we talk to a target is not a matter of taste. */
  private static final Set<String> OURS =
      Set.of(
          "user",
          "password",
          "options",
          "applicationname",
          "preferquerymode",
          "preparethreshold",
          "autosave",
          "stringtype",
          "targetservertype",
          "readonly",
          "readonlymode",
          "currentschema",
          "assumeminserverversion",
          "maxresultbuffer",
          "raiseexceptiononsilentrollback",
          "replication",
          "sockettimeout");

  /** How exactly-once is reached; {@code auto} takes the best that target and statement allow. */
  public enum Guarantee {
    @JsonProperty("auto")
    AUTO,
    @JsonProperty("ledger")
    LEDGER,
    @JsonProperty("xid")
    XID,
    @JsonProperty("at_most_once")
    AT_MOST_ONCE
  }

  /** One role of the target database. */
  public record Login(String user, String password) {
    @Override
    public String toString() {
      return "Login[user=" + user + "]";
    }
  }

  /** The role for each class of statement; a class without one cannot run. */
  public record Credentials(
      @Nullable Login read,
      @Nullable Login write,
      @Nullable Login ddl,
      @Nullable Login roles,
      @Nullable Login admin)
      implements CredentialSource {
    public static final Credentials NONE = new Credentials(null, null, null, null);

    /** Those of a target whose server nobody administers from here. */
    public Credentials(
        @Nullable Login read, @Nullable Login write, @Nullable Login ddl, @Nullable Login roles) {
      this(read, write, ddl, roles, null);
    }

    @Override
    public Optional<Login> login(StatementClass statementClass) {
      return Optional.ofNullable(
          switch (statementClass) {
            case READ -> read;
            // What was not understood but approved by people gets no more than a write does.
            case WRITE, UNKNOWN -> write;
            case DDL -> ddl;
            case ROLE -> roles;
            case ADMIN -> admin;
            case EXPORT -> null;
          });
    }
  }

  /** Fills in what the file leaves out; refuses what cannot work. */
  public TargetConfig(
      String url,
      @Nullable String environment,
      @Nullable List<String> owners,
      @Nullable Credentials credentials,
      @Nullable Guarantee guarantee,
      @Nullable List<String> searchPath,
      @Nullable Map<String, List<String>> tags) {
    this.url = checkedUrl(url);
    this.environment = environment == null ? "default" : environment;
    this.owners = owners == null ? List.of() : List.copyOf(owners);
    this.credentials = credentials == null ? Credentials.NONE : credentials;
    this.guarantee = guarantee == null ? Guarantee.AUTO : guarantee;
    this.searchPath =
        searchPath == null || searchPath.isEmpty() ? List.of("public") : List.copyOf(searchPath);
    this.tags = tags == null ? Map.of() : Map.copyOf(tags);
  }

  /** What may be known of it everywhere. */
  public Target toTarget(String name) {
    return new Target(name, environment, owners, searchPath, tags);
  }

  private static String checkedUrl(@Nullable String url) {
    if (url == null || !url.startsWith("jdbc:postgresql:")) {
      throw new IllegalArgumentException("url: expected a jdbc:postgresql: URL");
    }
    int query = url.indexOf('?');
    if (query >= 0) {
      for (String parameter : url.substring(query + 1).split("&", -1)) {
        String name = parameter.split("=", 2)[0];
        if (OURS.contains(name.toLowerCase(Locale.ROOT))) {
          throw new IllegalArgumentException(
              "url: expected no parameter `" + name + "`, it is set by countersign");
        }
      }
    }
    return url;
  }

  /** Without passwords, for logs. */
  @Override
  public String toString() {
    return "TargetConfig[environment=%s, credentials=%s, guarantee=%s]"
        .formatted(environment, credentials, guarantee);
  }
}
