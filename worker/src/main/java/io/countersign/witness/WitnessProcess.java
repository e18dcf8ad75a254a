package io.countersign.witness;

import io.countersign.audit.CosignerKey;
import io.countersign.audit.KeyRing;
import io.countersign.audit.SigningKey;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;

/** A running witness: its memory, and its port. */
public final class WitnessProcess implements AutoCloseable {
  private final WitnessMemory memory;
  private final WitnessServer server;

  private WitnessProcess(WitnessMemory memory, WitnessServer server) {
    this.memory = memory;
    this.server = server;
  }

  /**
   * Starts one.
   *
   * @param logs the keys of the logs that it signs for
   * @param state the file that it remembers in
   * @param begin whether that file is made; it must not be there then
   * @throws WitnessException when the state is missing, damaged, or in use
   */
  public static WitnessProcess start(
      SigningKey key,
      KeyRing logs,
      Path state,
      boolean begin,
      InetSocketAddress address,
      InstantSource clock)
      throws IOException, WitnessException {
    WitnessMemory memory = WitnessMemory.open(state, CosignerKey.of(key), begin);
    try {
      Witness witness = new Witness(key, logs.keys(), memory, clock);
      return new WitnessProcess(memory, WitnessServer.start(witness, address));
    } catch (IOException e) {
      memory.close();
      throw e;
    }
  }

  public int port() {
    return server.port();
  }

  @Override
  public void close() throws IOException {
    server.close();
    memory.close();
  }
}
