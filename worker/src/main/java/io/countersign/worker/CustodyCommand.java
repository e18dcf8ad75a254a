package io.countersign.worker;

import io.countersign.action.ActionId;
import io.countersign.audit.KeyRing;
import io.countersign.audit.SigningKey;
import io.countersign.store.Database;
import io.countersign.store.custody.LegalHolds;
import io.countersign.store.custody.Retention;
import io.countersign.store.custody.Shredding;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Period;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code audit shred}, {@code hold}, {@code release}, {@code holds} and {@code prune}. */
final class CustodyCommand {
  static final List<String> COMMANDS = List.of("shred", "hold", "release", "holds", "prune");
  private static final int MAX_REASON = 1_000;
  private static final int MAX_PERSON = 512;

  private final ConfigFile file;
  private final Options options;
  private final PrintStream out;
  private final Clock clock = Clock.systemUTC();

  private CustodyCommand(ConfigFile file, Options options, PrintStream out) {
    this.file = file;
    this.options = options;
    this.out = out;
  }

  static int run(
      String command, List<String> arguments, Map<String, String> environment, PrintStream out)
      throws UsageException, ConfigException {
    Options options =
        Options.parse(arguments, List.of("action", "person", "reason"), "all", "confirm");
    int operands = command.equals("shred") ? 2 : 1;
    if (options.operands().size() != operands) {
      throw new UsageException(
          operands == 2
              ? "expected `audit shred CONFIG PERSON [--confirm]`"
              : "expected one file, for example `config.yml`");
    }
    ConfigFile file = new ConfigFile(Path.of(options.operands().getFirst()), environment);
    CountersignConfig config = file.read(Role.SERVER);
    CustodyCommand custody = new CustodyCommand(file, options, out);
    try (Database database = CountersignApplication.openDatabase(config, file)) {
      LegalHolds holds = new LegalHolds(database.jdbi(), custody.clock);
      return switch (command) {
        case "shred" -> custody.shred(database, options.operands().getLast());
        case "hold" -> custody.hold(holds);
        case "release" -> custody.release(holds);
        case "holds" -> custody.list(holds);
        case "prune" -> custody.prune(database, config);
        default -> throw new UsageException("unknown command `audit " + command + "`");
      };
    }
  }

  private int shred(Database database, String person) throws UsageException {
    requirePerson(person);
    Shredding shredding = new Shredding(database.jdbi(), clock);
    Optional<String> refusal;
    if (options.has("confirm")) {
      refusal = shredding.shred(person);
      if (refusal.isEmpty()) {
        out.println("forgotten: the log holds a pseudonym that nobody can resolve any more");
      }
    } else {
      refusal = shredding.refusal(person);
      Shredding.Loss loss = shredding.look(person);
      out.printf(
          "would be lost: who is behind %d log entries, %d actions and %d ballots, the words of"
              + " this person in them, and their directory data, links and sessions%n",
          loss.entries(), loss.actions(), loss.ballots());
      if (refusal.isEmpty()) {
        out.println("nothing was changed; add `--confirm` to forget this person for ever");
      }
    }
    refusal.ifPresent(why -> out.println("not possible now: " + why));
    return refusal.isEmpty() ? 0 : 1;
  }

  private int hold(LegalHolds holds) throws UsageException {
    Held held = held();
    String reason = options.values().getOrDefault("reason", "");
    if (reason.isBlank() || reason.length() > MAX_REASON) {
      throw new UsageException("`--reason` must have 1 to 1,000 characters");
    }
    boolean placed = holds.place(held.scope(), held.subject(), reason);
    out.println(placed ? "held" : "there is this hold already");
    return placed ? 0 : 1;
  }

  private int release(LegalHolds holds) throws UsageException {
    Held held = held();
    boolean released = holds.release(held.scope(), held.subject());
    out.println(released ? "released" : "there is no such hold; see `audit holds`");
    return released ? 0 : 1;
  }

  private int list(LegalHolds holds) {
    List<LegalHolds.Hold> all = holds.list();
    all.forEach(
        hold ->
            out.printf(
                "%s %s %s: %s%n", hold.heldAt(), hold.scope(), hold.subject(), hold.reason()));
    if (all.isEmpty()) {
      out.println("nothing is held");
    }
    return 0;
  }

  private int prune(Database database, CountersignConfig config) throws ConfigException {
    Optional<Period> keep = RetentionConfig.keep(config);
    if (keep.isEmpty()) {
      throw file.mistake("audit.retention", "missing: everything is kept for ever");
    }
    SigningKey key = AuditParts.signingKey(config, file);
    KeyRing keys = AuditParts.keys(config, file, key);
    Retention retention = new Retention(database.jdbi(), key, keys, clock);
    if (!options.has("confirm")) {
      out.printf(
          "entries below %d could lose their bodies; nothing was changed; add `--confirm`%n",
          retention.below(keep.get()));
      return 0;
    }
    out.printf("%d bodies removed%n", new PruningRun(retention, keep.get()).run());
    if (retention.isAnnouncing()) {
      out.println("the event that allows more waits for a worker to sign it; run this again then");
    }
    return 0;
  }

  /** What a hold is about. */
  private record Held(LegalHolds.Scope scope, String subject) {}

  private Held held() throws UsageException {
    String action = options.values().get("action");
    String person = options.values().get("person");
    boolean all = options.has("all");
    if (action != null && person == null && !all && ActionId.isWellFormed(action)) {
      return new Held(LegalHolds.Scope.ACTION, action);
    }
    if (person != null && action == null && !all) {
      requirePerson(person);
      return new Held(LegalHolds.Scope.PERSON, person);
    }
    if (all && action == null && person == null) {
      return new Held(LegalHolds.Scope.ALL, "");
    }
    throw new UsageException("expected one of `--action act_…`, `--person ID` and `--all`");
  }

  private static void requirePerson(String person) throws UsageException {
    if (person.isBlank() || person.length() > MAX_PERSON || person.indexOf('\0') >= 0) {
      throw new UsageException("expected the id of a person, at most 512 characters");
    }
  }
}
