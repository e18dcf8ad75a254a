import java.io.ByteArrayOutputStream;

/** Writes WebAssembly's binary format. */
final class ByteWriter {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  ByteWriter add(int... values) {
    for (int value : values) {
      bytes.write(value);
    }
    return this;
  }

  ByteWriter add(byte[] more) {
    bytes.writeBytes(more);
    return this;
  }

  /** LEB128, unsigned. */
  ByteWriter number(int value) {
    int rest = value;
    while (rest >>> 7 != 0) {
      bytes.write(rest & 0x7F | 0x80);
      rest >>>= 7;
    }
    bytes.write(rest);
    return this;
  }

  /** {@code i32.const}. */
  ByteWriter constant(int value) {
    bytes.write(0x41);
    int rest = value;
    while (rest < -64 || rest > 63) {
      bytes.write(rest & 0x7F | 0x80);
      rest >>= 7;
    }
    bytes.write(rest & 0x7F);
    return this;
  }

  /** Bytes with their length before them. */
  ByteWriter sized(byte[] more) {
    return number(more.length).add(more);
  }

  byte[] bytes() {
    return bytes.toByteArray();
  }
}
