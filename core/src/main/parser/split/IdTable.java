import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * A function that gives the id of the label at a place of a {@code br_table}; the last by default.
 */
final class IdTable {
  private static final int LARGEST = 800;

  private IdTable() {}

  static int add(Module module, List<Code.Label> labels) {
    int function = module.add(new Module.Type(List.of(Module.I32), List.of(Module.I32)));
    if (labels.size() <= LARGEST) {
      module.replace(function, table(labels));
      return function;
    }
    ByteWriter out = new ByteWriter().number(0);
    List<Code.Label> rest = labels;
    int begin = 0;
    while (rest.size() > LARGEST) {
      List<Code.Label> some = rest.subList(0, LARGEST);
      rest = rest.subList(LARGEST, rest.size());
      out.add(0x20, 0).constant(begin + LARGEST).add(0x49, Opcodes.IF, Code.Block.VOID);
      out.add(0x20, 0).constant(begin).add(0x6B, Opcodes.CALL).number(add(module, some));
      out.add(Opcodes.RETURN, Opcodes.END);
      begin += LARGEST;
    }
    out.add(0x20, 0).constant(begin).add(0x6B, Opcodes.CALL).number(add(module, rest));
    module.replace(function, out.add(Opcodes.END).bytes());
    return function;
  }

  private static byte[] table(List<Code.Label> labels) {
    List<Code.Label> different = new ArrayList<>(new LinkedHashSet<>(labels));
    ByteWriter out = new ByteWriter().number(0);
    different.forEach(label -> out.add(Opcodes.BLOCK, Code.Block.VOID));
    out.add(0x20, 0, Opcodes.BR_TABLE).number(labels.size() - 1);
    labels.forEach(label -> out.number(different.indexOf(label)));
    for (Code.Label label : different) {
      out.add(Opcodes.END).constant(label.id).add(Opcodes.RETURN);
    }
    return out.add(Opcodes.UNREACHABLE, Opcodes.END).bytes();
  }
}
