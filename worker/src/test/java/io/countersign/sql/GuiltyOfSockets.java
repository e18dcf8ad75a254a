package io.countersign.sql;

import java.net.ServerSocket;

/** Breaks a wall on purpose: the rule must reject it. */
final class GuiltyOfSockets {
  private GuiltyOfSockets() {}

  static int guilt(ServerSocket socket) {
    return socket.getLocalPort();
  }
}
