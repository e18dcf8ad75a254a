import java.util.BitSet;
import java.util.List;
import java.util.Set;

/** Instructions with their labels resolved, so that they can move into another function. */
sealed interface Code {
  /** What a branch goes to: the end of a block, the start of a loop, or the function's caller. */
  final class Label {
    static final int RETURN = -1;

    final int id;
    final int arity;

    Label(int id, int arity) {
      this.id = id;
      this.arity = arity;
    }
  }

  /** Instructions between two moments when the block's part of the stack is empty. */
  final class Statement {
    final List<Code> code;
    final boolean leavesValue;

    /** The locals that may be read from here on, before and after the statement. */
    BitSet before = new BitSet();

    BitSet after = new BitSet();

    Statement(List<Code> code, boolean leavesValue) {
      this.code = code;
      this.leavesValue = leavesValue;
    }
  }

  record Plain(byte[] bytes) implements Code {}

  record Local(int opcode, int index) implements Code {
    static final int GET = 0x20;

    boolean writes() {
      return opcode != GET;
    }
  }

  record Branch(boolean conditional, Label label) implements Code {}

  record Table(List<Label> labels) implements Code {}

  record Block(int opcode, int type, Label label, List<Statement> body, List<Statement> otherwise)
      implements Code {
    static final int IF = 0x04;
    static final int VOID = 0x40;
  }

  /** A call of a function that was part of this one; scratch are locals that it has of its own. */
  record Part(
      int function,
      List<Integer> reads,
      List<Integer> writes,
      List<Integer> scratch,
      Set<Label> exits,
      boolean fallsThrough)
      implements Code {}
}
