/** Reads WebAssembly's binary format. */
final class ByteReader {
  private final byte[] bytes;
  private int position;

  ByteReader(byte[] bytes, int position) {
    this.bytes = bytes;
    this.position = position;
  }

  int position() {
    return position;
  }

  boolean atEnd() {
    return position == bytes.length;
  }

  void skip(int count) {
    position += count;
  }

  int next() {
    return bytes[position++] & 0xFF;
  }

  /** LEB128, unsigned. */
  int number() {
    int result = 0;
    int shift = 0;
    while (true) {
      int next = next();
      result |= (next & 0x7F) << shift;
      if (next < 0x80) {
        return result;
      }
      shift += 7;
    }
  }

  /** Skips a LEB128 number of either sign. */
  void skipNumber() {
    while (next() >= 0x80) {
      continue;
    }
  }

  byte[] slice(int begin, int end) {
    return java.util.Arrays.copyOfRange(bytes, begin, end);
  }
}
