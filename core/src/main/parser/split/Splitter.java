import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes one function small enough for the JVM's compilers by moving runs of its statements into
 * functions of their own. A moved run takes the locals it mentions, gives back those it writes, and
 * tells by a number to which label of the caller it would have branched.
 */
final class Splitter {
  /** The JVM never compiles a method of more than 8000 bytes; {@link Cost} is an estimate. */
  private static final int LIMIT = 4500;

  private static final int WORTH_A_CALL = 250;

  private final Module module;
  private final Liveness liveness;
  private final List<Integer> localTypes;
  private final boolean givesNothing;

  Splitter(Module module, Liveness liveness, List<Integer> localTypes, boolean givesNothing) {
    this.module = module;
    this.liveness = liveness;
    this.localTypes = localTypes;
    this.givesNothing = givesNothing;
  }

  static boolean isTooLarge(List<Code.Statement> body) {
    return Cost.of(body) > LIMIT;
  }

  /** Replaces parts of the body, which stays the body of its function. */
  void split(List<Code.Statement> body) {
    for (Code.Statement statement : body) {
      if (Cost.of(statement) > LIMIT) {
        blocks(statement).forEach(this::splitInside);
      }
    }
    if (isTooLarge(body)) {
      thin(body);
    }
    if (isTooLarge(body)) {
      moveRuns(body, LIMIT, Set.of());
    }
  }

  private void splitInside(Code.Block block) {
    split(block.body());
    split(block.otherwise());
  }

  private static List<Code.Block> blocks(Code.Statement statement) {
    return statement.code.stream()
        .filter(Code.Block.class::isInstance)
        .map(Code.Block.class::cast)
        .toList();
  }

  /** Moves what is long between blocks, for example a switch's cases, but no block that is long. */
  private void thin(List<Code.Statement> body) {
    Set<Code.Statement> kept = new HashSet<>();
    for (Code.Statement statement : body) {
      List<Code.Block> blocks = blocks(statement);
      if (!blocks.isEmpty() && Cost.of(statement) > LIMIT / 4) {
        for (Code.Block block : blocks) {
          thin(block.body());
          thin(block.otherwise());
        }
        kept.add(statement);
      }
    }
    moveRuns(body, LIMIT / 2, kept);
  }

  private void moveRuns(List<Code.Statement> body, int largest, Set<Code.Statement> kept) {
    List<Code.Statement> result = new ArrayList<>();
    List<Code.Statement> run = new ArrayList<>();
    for (Code.Statement statement : List.copyOf(body)) {
      boolean isFixed = kept.contains(statement) || !new Uses(List.of(statement)).isMovable();
      if (isFixed || Cost.of(run) + Cost.of(statement) > largest) {
        result.addAll(moved(run));
        run.clear();
      }
      if (isFixed) {
        result.add(statement);
      } else {
        run.add(statement);
      }
    }
    result.addAll(moved(run));
    body.clear();
    body.addAll(result);
  }

  private List<Code.Statement> moved(List<Code.Statement> run) {
    if (Cost.of(run) < WORTH_A_CALL) {
      return List.copyOf(run);
    }
    Uses uses = new Uses(run);
    BitSet before = run.getFirst().before;
    BitSet after = fallsThrough(run) ? (BitSet) run.getLast().after.clone() : new BitSet();
    uses.exits.forEach(label -> after.or(liveness.at(label)));
    List<Integer> reads = uses.mentioned.stream().filter(before::get).toList();
    List<Integer> writes = uses.written.stream().filter(after::get).toList();
    List<Integer> scratch = uses.mentioned.stream().filter(place -> !before.get(place)).toList();
    List<Integer> results = new ArrayList<>(writes.stream().map(localTypes::get).toList());
    if (!uses.exits.isEmpty()) {
      results.add(Module.I32);
    }
    List<Integer> parameters = reads.stream().map(localTypes::get).toList();
    int function = module.add(new Module.Type(parameters, results));
    Code.Part part =
        new Code.Part(function, reads, writes, scratch, Set.copyOf(uses.exits), fallsThrough(run));
    module.replace(function, FunctionWriter.ofPart(module, part, localTypes, List.copyOf(run)));
    Code.Statement statement = new Code.Statement(List.of(part), false);
    statement.before = before;
    statement.after = run.getLast().after;
    return List.of(statement);
  }

  private static boolean fallsThrough(List<Code.Statement> run) {
    return switch (run.getLast().code.getLast()) {
      case Code.Branch branch -> branch.conditional();
      case Code.Table table -> false;
      case Code.Part part -> part.fallsThrough();
      case Code.Plain plain -> plain.bytes()[0] != Opcodes.UNREACHABLE;
      case Code.Local local -> true;
      case Code.Block block -> true;
    };
  }

  /** What a run of statements needs of the function around it. */
  private final class Uses {
    private final Set<Integer> mentioned = new TreeSet<>();
    private final Set<Integer> written = new TreeSet<>();
    private final Set<Code.Label> exits = new LinkedHashSet<>();
    private final Set<Code.Label> inside = new HashSet<>();
    private final boolean leavesValue;

    Uses(List<Code.Statement> run) {
      leavesValue = run.stream().anyMatch(statement -> statement.leavesValue);
      statements(run);
      exits.removeAll(inside);
    }

    boolean isMovable() {
      return !leavesValue
          && exits.stream()
              .allMatch(label -> label.id == Code.Label.RETURN ? givesNothing : label.arity == 0);
    }

    private void statements(List<Code.Statement> statements) {
      for (Code.Statement statement : statements) {
        statement.code.forEach(this::code);
      }
    }

    private void code(Code code) {
      switch (code) {
        case Code.Plain plain -> {}
        case Code.Local local -> {
          mentioned.add(local.index());
          if (local.writes()) {
            written.add(local.index());
          }
        }
        case Code.Branch branch -> exits.add(branch.label());
        case Code.Table table -> exits.addAll(table.labels());
        case Code.Block block -> {
          inside.add(block.label());
          statements(block.body());
          statements(block.otherwise());
        }
        case Code.Part part -> {
          mentioned.addAll(part.reads());
          mentioned.addAll(part.writes());
          written.addAll(part.writes());
          exits.addAll(part.exits());
        }
      }
    }
  }
}
