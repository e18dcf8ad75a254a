import java.util.BitSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Notes at every statement which locals may still be read, so that only those are passed on. */
final class Liveness {
  private final Map<Code.Label, BitSet> atLabels = new IdentityHashMap<>();

  /** The locals that may be read after a branch to the label. */
  BitSet at(Code.Label label) {
    return atLabels.getOrDefault(label, new BitSet());
  }

  /** Walks a function's body, at whose end nothing is read any more. */
  void note(List<Code.Statement> body) {
    statements(body, new BitSet());
  }

  private BitSet statements(List<Code.Statement> statements, BitSet after) {
    BitSet live = after;
    for (Code.Statement statement : statements.reversed()) {
      statement.after = live;
      live = (BitSet) live.clone();
      for (Code code : statement.code.reversed()) {
        live = before(code, live);
      }
      statement.before = live;
    }
    return live;
  }

  /** May change and return the given set. */
  private BitSet before(Code code, BitSet live) {
    switch (code) {
      case Code.Plain plain -> {}
      case Code.Local local -> live.set(local.index(), !local.writes());
      case Code.Branch branch -> {
        if (!branch.conditional()) {
          live.clear();
        }
        live.or(at(branch.label()));
      }
      case Code.Table table -> {
        live.clear();
        table.labels().forEach(label -> live.or(at(label)));
      }
      case Code.Block block -> {
        return beforeBlock(block, live);
      }
      case Code.Part part -> throw new IllegalStateException("liveness comes before splitting");
    }
    return live;
  }

  private BitSet beforeBlock(Code.Block block, BitSet after) {
    if (block.opcode() != Opcodes.LOOP) {
      atLabels.put(block.label(), after);
      BitSet live = (BitSet) statements(block.body(), after).clone();
      if (block.opcode() == Opcodes.IF) {
        live.or(statements(block.otherwise(), after));
      }
      return live;
    }
    // A branch to a loop reads what its beginning reads: repeat until that does not grow.
    while (true) {
      BitSet live = (BitSet) statements(block.body(), after).clone();
      if (live.equals(at(block.label()))) {
        return live;
      }
      atLabels.put(block.label(), (BitSet) live.clone());
    }
  }
}
