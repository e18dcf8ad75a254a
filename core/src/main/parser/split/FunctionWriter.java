import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntUnaryOperator;

/** Encodes a function, whole or moved out of another one. */
final class FunctionWriter {
  private static final int LARGEST_GAP = 8;

  private final Module module;
  private final ByteWriter out = new ByteWriter();
  private final Deque<Code.Label> labels = new ArrayDeque<>();
  private final IntUnaryOperator places;
  private final int target;

  /** {@code target} is the local that holds the id of the label to go to, 0 for none. */
  private FunctionWriter(Module module, Code.Label outermost, IntUnaryOperator places, int target) {
    this.module = module;
    this.places = places;
    this.target = target;
    labels.push(outermost);
  }

  /** A function that stays, with its locals and one more. */
  static byte[] ofWhole(
      Module module,
      Code.Label caller,
      List<Integer> locals,
      int parameters,
      List<Code.Statement> body) {
    FunctionWriter writer = new FunctionWriter(module, caller, place -> place, locals.size());
    writer.out.number(locals.size() - parameters + 1);
    locals.stream().skip(parameters).forEach(type -> writer.out.add(1, type));
    writer.out.add(1, Module.I32);
    writer.statements(body);
    return writer.out.add(Opcodes.END).bytes();
  }

  /** A function whose parameters are the locals that the part reads. */
  static byte[] ofPart(
      Module module, Code.Part part, List<Integer> localTypes, List<Code.Statement> body) {
    Code.Label end = new Code.Label(0, 0);
    List<Integer> places = new ArrayList<>(part.reads());
    places.addAll(part.scratch());
    FunctionWriter writer = new FunctionWriter(module, end, places::indexOf, places.size());
    writer.out.number(part.scratch().size() + 1);
    part.scratch().forEach(place -> writer.out.add(1, localTypes.get(place)));
    writer.out.add(1, Module.I32).add(Opcodes.BLOCK, Code.Block.VOID);
    writer.statements(body);
    if (part.fallsThrough() && !part.exits().isEmpty()) {
      writer.out.constant(0).add(0x21).number(places.size());
    }
    writer.out.add(Opcodes.END);
    part.writes().forEach(place -> writer.local(Code.Local.GET, place));
    if (!part.exits().isEmpty()) {
      writer.out.add(Code.Local.GET).number(places.size());
    }
    return writer.out.add(Opcodes.END).bytes();
  }

  private void statements(List<Code.Statement> statements) {
    statements.forEach(statement -> statement.code.forEach(this::code));
  }

  private void code(Code code) {
    switch (code) {
      case Code.Plain plain -> out.add(plain.bytes());
      case Code.Local local -> local(local.opcode(), local.index());
      case Code.Branch branch -> branch(branch);
      case Code.Table table -> table(table);
      case Code.Block block -> block(block);
      case Code.Part part -> part(part);
    }
  }

  private void local(int opcode, int index) {
    out.add(opcode).number(places.applyAsInt(index));
  }

  private void branch(Code.Branch branch) {
    if (labels.contains(branch.label())) {
      out.add(branch.conditional() ? Opcodes.BR_IF : Opcodes.BR).number(depth(branch.label()));
      return;
    }
    if (branch.conditional()) {
      out.add(Opcodes.IF, Code.Block.VOID);
    }
    out.constant(branch.label().id).add(0x21).number(target);
    out.add(Opcodes.BR).number(labels.size() - 1 + (branch.conditional() ? 1 : 0));
    if (branch.conditional()) {
      out.add(Opcodes.END);
    }
  }

  private void table(Code.Table table) {
    if (labels.containsAll(table.labels())) {
      out.add(Opcodes.BR_TABLE).number(table.labels().size() - 1);
      table.labels().forEach(label -> out.number(depth(label)));
      return;
    }
    out.add(Opcodes.CALL).number(IdTable.add(module, table.labels()));
    out.add(0x21).number(target);
    dispatch(new HashSet<>(table.labels()));
  }

  private void block(Code.Block block) {
    out.add(block.opcode(), block.type());
    labels.push(block.label());
    statements(block.body());
    if (!block.otherwise().isEmpty()) {
      out.add(Opcodes.ELSE);
      statements(block.otherwise());
    }
    labels.pop();
    out.add(Opcodes.END);
  }

  private void part(Code.Part part) {
    part.reads().forEach(place -> local(Code.Local.GET, place));
    out.add(Opcodes.CALL).number(part.function());
    if (!part.exits().isEmpty()) {
      out.add(0x21).number(target);
    }
    part.writes().reversed().forEach(place -> local(0x21, place));
    if (part.exits().isEmpty()) {
      if (!part.fallsThrough()) {
        out.add(Opcodes.UNREACHABLE);
      }
    } else if (part.fallsThrough()) {
      open();
      getTarget();
      out.add(0x45, Opcodes.BR_IF, 0);
      dispatch(part.exits());
      close();
    } else {
      dispatch(part.exits());
    }
  }

  private void open() {
    out.add(Opcodes.BLOCK, Code.Block.VOID);
    labels.push(new Code.Label(0, 0));
  }

  private void close() {
    labels.pop();
    out.add(Opcodes.END);
  }

  private void getTarget() {
    out.add(Code.Local.GET).number(target);
  }

  /** Goes to that one of the labels whose id the target holds; those not here are the caller's. */
  private void dispatch(Set<Code.Label> targets) {
    boolean some = !labels.containsAll(targets);
    List<Code.Label> here =
        targets.stream()
            .filter(labels::contains)
            .sorted(Comparator.comparingInt(label -> label.id))
            .toList();
    int begin = 0;
    for (int i = 1; i <= here.size(); i++) {
      boolean isLast = i == here.size();
      if (isLast || here.get(i).id - here.get(i - 1).id > LARGEST_GAP) {
        dispatchTo(here.subList(begin, i), isLast && !some);
        begin = i;
      }
    }
    if (some) {
      out.add(Opcodes.BR).number(labels.size() - 1);
    }
  }

  private void dispatchTo(List<Code.Label> near, boolean isOneOfThem) {
    if (near.size() == 1) {
      if (!isOneOfThem) {
        getTarget();
        out.constant(near.getFirst().id).add(0x46);
      }
      out.add(isOneOfThem ? Opcodes.BR : Opcodes.BR_IF).number(depth(near.getFirst()));
      return;
    }
    int first = near.getFirst().id;
    int last = near.getLast().id;
    open();
    getTarget();
    out.constant(first).add(0x6B, Opcodes.BR_TABLE).number(last - first + 1);
    int next = 0;
    for (int id = first; id <= last; id++) {
      boolean isTarget = near.get(next).id == id;
      out.number(isTarget ? depth(near.get(next++)) : 0);
    }
    out.number(0);
    close();
    if (isOneOfThem) {
      out.add(Opcodes.UNREACHABLE);
    }
  }

  private int depth(Code.Label label) {
    return new ArrayList<>(labels).indexOf(label);
  }
}
