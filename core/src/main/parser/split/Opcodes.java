/** WebAssembly's instructions, as far as the splitter must know them. */
final class Opcodes {
  static final int UNREACHABLE = 0x00;
  static final int BLOCK = 0x02;
  static final int LOOP = 0x03;
  static final int IF = 0x04;
  static final int ELSE = 0x05;
  static final int END = 0x0B;
  static final int BR = 0x0C;
  static final int BR_IF = 0x0D;
  static final int BR_TABLE = 0x0E;
  static final int RETURN = 0x0F;
  static final int CALL = 0x10;
  static final int CALL_INDIRECT = 0x11;

  private Opcodes() {}

  static boolean isBlock(int opcode) {
    return opcode == BLOCK || opcode == LOOP || opcode == IF;
  }

  static boolean neverContinues(int opcode) {
    return opcode == UNREACHABLE || opcode == BR || opcode == BR_TABLE || opcode == RETURN;
  }

  /** Skips the operands of a plain instruction and returns its effect on the stack's height. */
  static int skipOperands(int opcode, ByteReader in) {
    if (opcode >= 0x28 && opcode <= 0x3E) {
      in.skipNumber();
      in.skipNumber();
      return opcode <= 0x35 ? 0 : -2;
    }
    if (opcode >= 0x45 && opcode <= 0xC4) {
      return isBinary(opcode) ? -1 : 0;
    }
    switch (opcode) {
      case UNREACHABLE, 0x01 -> {
        return 0;
      }
      case 0x1A -> { // drop
        return -1;
      }
      case 0x1B -> { // select
        return -2;
      }
      case 0x20, 0x23, 0x3F, 0x41, 0x42 -> { // local.get, global.get, memory.size, constants
        in.skipNumber();
        return 1;
      }
      case 0x22, 0x40, BR -> { // local.tee, memory.grow
        in.skipNumber();
        return 0;
      }
      case 0x21, 0x24, BR_IF -> { // local.set, global.set
        in.skipNumber();
        return -1;
      }
      case RETURN -> {
        return 0;
      }
      case 0x43 -> {
        in.skip(4);
        return 1;
      }
      case 0x44 -> {
        in.skip(8);
        return 1;
      }
      case 0xFC -> {
        return skipLongOpcode(in);
      }
      default -> throw new IllegalArgumentException("unknown instruction " + opcode);
    }
  }

  private static int skipLongOpcode(ByteReader in) {
    int opcode = in.number();
    if (opcode <= 7) { // saturating truncation
      return 0;
    }
    if (opcode == 10 || opcode == 11) { // memory.copy, memory.fill
      in.skip(opcode == 10 ? 2 : 1);
      return -3;
    }
    throw new IllegalArgumentException("unknown instruction 0xFC " + opcode);
  }

  /** Comparisons and arithmetic; all others of the numeric range take one operand. */
  private static boolean isBinary(int opcode) {
    return opcode >= 0x46 && opcode <= 0x4F
        || opcode >= 0x51 && opcode <= 0x66
        || opcode >= 0x6A && opcode <= 0x78
        || opcode >= 0x7C && opcode <= 0x8A
        || opcode >= 0x92 && opcode <= 0x98
        || opcode >= 0xA0 && opcode <= 0xA6;
  }
}
