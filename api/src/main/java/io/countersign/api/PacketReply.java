package io.countersign.api;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.countersign.action.Decision;
import io.countersign.action.Digest;
import io.countersign.action.Packet;
import java.util.List;
import java.util.Map;

/**
 * What a reviewer sees, with its digest and what the reviewer is to this action.
 *
 * @param party whether the caller is barred as a party
 * @param reviewer whether the caller holds a group that has a seat
 * @param parties person ids that may never approve it
 * @param votes that count now, oldest first
 * @param names display names of the people above, by id, where they are known
 */
record PacketReply(
    @JsonUnwrapped Packet packet,
    Digest packetDigest,
    boolean party,
    boolean reviewer,
    List<String> parties,
    List<CountedVote> votes,
    Map<String, String> names) {

  /** One person's vote as it stands. */
  record CountedVote(String person, Decision decision) {}
}
