package io.countersign.activity.export;

import java.util.Arrays;

/** Bytes that are put one after the other, in an array that grows where it must. */
final class ByteBuilder {
  private byte[] array;
  private int size;

  ByteBuilder(int capacity) {
    array = new byte[capacity];
  }

  /** The bytes, up to {@link #size}. */
  byte[] array() {
    return array;
  }

  int size() {
    return size;
  }

  void clear() {
    size = 0;
  }

  ByteBuilder put(int oneByte) {
    reserve(1);
    array[size++] = (byte) oneByte;
    return this;
  }

  ByteBuilder put(byte[] bytes) {
    return put(bytes, 0, bytes.length);
  }

  ByteBuilder put(byte[] bytes, int from, int to) {
    int length = to - from;
    reserve(length);
    System.arraycopy(bytes, from, array, size, length);
    size += length;
    return this;
  }

  private void reserve(int more) {
    if (array.length - size < more) {
      array = Arrays.copyOf(array, Math.addExact(array.length, Math.max(more, array.length / 2)));
    }
  }
}
