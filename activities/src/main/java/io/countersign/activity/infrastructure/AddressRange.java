package io.countersign.activity.infrastructure;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;

/** Addresses that begin with the same bits, as in {@code 10.0.0.0/8}. */
record AddressRange(InetAddress first, int bits) {

  /** Every block of IPv4 that IANA lists as not globally reachable, and multicast. */
  private static final List<AddressRange> NOT_PUBLIC =
      ranges(
          "0.0.0.0/8",
          "10.0.0.0/8",
          "100.64.0.0/10",
          "127.0.0.0/8",
          "169.254.0.0/16",
          "172.16.0.0/12",
          "192.0.0.0/24",
          "192.0.2.0/24",
          "192.88.99.0/24",
          "192.168.0.0/16",
          "198.18.0.0/15",
          "198.51.100.0/24",
          "203.0.113.0/24",
          "224.0.0.0/3",
          // In what IPv6 has for the public: protocols, documentation, and 6to4, which hides IPv4.
          "2001::/23",
          "2001:db8::/32",
          "2002::/16",
          "3fff::/20");

  /** All that IPv6 has for the public; what carries an IPv4 address inside is elsewhere. */
  private static final AddressRange PUBLIC_OF_IPV6 = parse("2000::/3");

  /**
   * @param text an address as digits, a slash and the number of bits
   * @throws IllegalArgumentException for anything else, a host's name too
   */
  static AddressRange parse(String text) {
    String[] parts = text.split("/", -1);
    if (parts.length != 2
        || !parts[0].matches("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")
        || !parts[1].matches("[0-9]{1,3}")) {
      throw notOne();
    }
    try {
      InetAddress first = InetAddress.getByName(parts[0]);
      int bits = Integer.parseInt(parts[1]);
      if (bits > first.getAddress().length * 8) {
        throw notOne();
      }
      return new AddressRange(first, bits);
    } catch (UnknownHostException e) {
      throw notOne();
    }
  }

  private static IllegalArgumentException notOne() {
    return new IllegalArgumentException("expected addresses such as `10.1.0.0/16`");
  }

  private static List<AddressRange> ranges(String... texts) {
    return Stream.of(texts).map(AddressRange::parse).toList();
  }

  boolean contains(InetAddress address) {
    byte[] one = first.getAddress();
    byte[] other = address.getAddress();
    if (one.length != other.length) {
      return false;
    }
    for (int bit = 0; bit < bits; bit++) {
      int mask = 0x80 >> (bit % 8);
      if ((one[bit / 8] & mask) != (other[bit / 8] & mask)) {
        return false;
      }
    }
    return true;
  }

  /** True if everybody on the internet means the same host by it. */
  static boolean isPublic(InetAddress address) {
    return NOT_PUBLIC.stream().noneMatch(range -> range.contains(address))
        && (address.getAddress().length == 4 || PUBLIC_OF_IPV6.contains(address));
  }
}
