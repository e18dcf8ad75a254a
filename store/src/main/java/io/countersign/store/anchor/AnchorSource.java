package io.countersign.store.anchor;

import java.io.IOException;

/** Checkpoints that are kept outside of the control database. Its text is a name for people. */
public interface AnchorSource {

  /** What each whole record is given to. */
  @FunctionalInterface
  interface Visitor {
    void visit(long number, String note) throws AnchorException;
  }

  /**
   * Gives every whole record to the visitor, the oldest first, numbered from one.
   *
   * @return whether the last record is cut off
   */
  boolean read(Visitor visitor) throws IOException, AnchorException;
}
