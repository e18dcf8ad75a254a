import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Decodes one function's body into statements. */
final class FunctionReader {
  private final Module module;
  private final ByteReader in;
  private final Deque<Code.Label> labels = new ArrayDeque<>();
  private final Code.Label caller;
  private int lastLabel;

  FunctionReader(Module module, ByteReader in, int results) {
    this.module = module;
    this.in = in;
    caller = new Code.Label(Code.Label.RETURN, results);
    labels.push(caller);
  }

  /** The label that stands for the end of the function. */
  Code.Label caller() {
    return caller;
  }

  List<Code.Statement> read() {
    List<Code.Statement> body = new ArrayList<>();
    body(body);
    return body;
  }

  /** Reads up to the body's {@code end} or {@code else}, and says which it was. */
  private int body(List<Code.Statement> body) {
    List<Code> code = new ArrayList<>();
    int height = 0;
    while (true) {
      int begin = in.position();
      int opcode = in.next();
      if (opcode == Opcodes.END || opcode == Opcodes.ELSE) {
        if (!code.isEmpty()) {
          body.add(new Code.Statement(code, true));
        }
        return opcode;
      }
      height += instruction(opcode, begin, code);
      if (Opcodes.neverContinues(opcode)) {
        body.add(new Code.Statement(code, false));
        return skipDeadCode();
      }
      if (height == 0) {
        body.add(new Code.Statement(code, false));
        code = new ArrayList<>();
      }
    }
  }

  private int skipDeadCode() {
    int depth = 0;
    while (true) {
      int begin = in.position();
      int opcode = in.next();
      if (depth == 0 && (opcode == Opcodes.END || opcode == Opcodes.ELSE)) {
        return opcode;
      }
      if (opcode == Opcodes.END) {
        depth--;
      } else if (Opcodes.isBlock(opcode)) {
        depth++;
        in.next();
      } else if (opcode != Opcodes.ELSE) {
        plain(opcode, begin);
      }
    }
  }

  /** Adds the instruction and returns by how much it changes the stack's height. */
  private int instruction(int opcode, int begin, List<Code> code) {
    if (Opcodes.isBlock(opcode)) {
      return block(opcode, code);
    }
    switch (opcode) {
      case Opcodes.BR, Opcodes.BR_IF -> {
        code.add(new Code.Branch(opcode == Opcodes.BR_IF, label(in.number())));
        return opcode == Opcodes.BR_IF ? -1 : 0;
      }
      case Opcodes.BR_TABLE -> {
        List<Code.Label> targets = new ArrayList<>();
        int count = in.number() + 1;
        for (int i = 0; i < count; i++) {
          targets.add(label(in.number()));
        }
        code.add(new Code.Table(targets));
        return -1;
      }
      case Opcodes.RETURN -> {
        code.add(new Code.Branch(false, caller));
        return 0;
      }
      case 0x20, 0x21, 0x22 -> {
        code.add(new Code.Local(opcode, in.number()));
        return opcode == 0x20 ? 1 : opcode == 0x21 ? -1 : 0;
      }
      default -> {
        int effect = plain(opcode, begin);
        code.add(new Code.Plain(in.slice(begin, in.position())));
        return effect;
      }
    }
  }

  private int block(int opcode, List<Code> code) {
    int type = in.next();
    if (type < 0x40) {
      throw new IllegalArgumentException("a block with parameters");
    }
    int results = type == Code.Block.VOID ? 0 : 1;
    Code.Label label = new Code.Label(++lastLabel, opcode == Opcodes.LOOP ? 0 : results);
    labels.push(label);
    List<Code.Statement> body = new ArrayList<>();
    List<Code.Statement> otherwise = new ArrayList<>();
    if (body(body) == Opcodes.ELSE) {
      body(otherwise);
    }
    labels.pop();
    code.add(new Code.Block(opcode, type, label, body, otherwise));
    return results - (opcode == Opcodes.IF ? 1 : 0);
  }

  private int plain(int opcode, int begin) {
    return switch (opcode) {
      case Opcodes.CALL -> module.effectOfCall(in.number());
      case Opcodes.CALL_INDIRECT -> {
        int effect = module.effectOfType(in.number()) - 1;
        in.skipNumber();
        yield effect;
      }
      case Opcodes.BR_TABLE -> {
        int count = in.number() + 1;
        for (int i = 0; i < count; i++) {
          in.skipNumber();
        }
        yield 0;
      }
      default -> Opcodes.skipOperands(opcode, in);
    };
  }

  private Code.Label label(int depth) {
    return labels.stream().skip(depth).findFirst().orElseThrow();
  }
}
