import java.util.List;

/** About how many bytes of JVM code the compiler makes of an instruction; rather more than less. */
final class Cost {
  private static final int MOST_TARGETS = 60;

  private Cost() {}

  static int of(List<Code.Statement> body) {
    return body.stream().mapToInt(Cost::of).sum();
  }

  static int of(Code.Statement statement) {
    return statement.code.stream().mapToInt(Cost::of).sum();
  }

  private static int of(Code code) {
    return switch (code) {
      case Code.Plain plain -> of(plain.bytes()[0] & 0xFF);
      case Code.Local local -> 3;
      case Code.Branch branch -> 6;
      case Code.Table table -> 12 + 4 * Math.min(table.labels().size(), MOST_TARGETS);
      case Code.Block block -> 4 + of(block.body()) + of(block.otherwise());
      case Code.Part part ->
          20
              + 2 * part.reads().size()
              + 8 * part.writes().size()
              + 4 * Math.min(part.exits().size(), MOST_TARGETS);
    };
  }

  private static int of(int opcode) {
    boolean usesMemory = opcode >= 0x28 && opcode <= 0x40;
    boolean calls = opcode == Opcodes.CALL || opcode == Opcodes.CALL_INDIRECT;
    return usesMemory || calls ? 10 : 4;
  }
}
