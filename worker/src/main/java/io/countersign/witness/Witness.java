package io.countersign.witness;

import io.countersign.audit.AddCheckpoint;
import io.countersign.audit.AnchorText;
import io.countersign.audit.Checkpoint;
import io.countersign.audit.Cosignature;
import io.countersign.audit.EvidenceException;
import io.countersign.audit.KeyRing;
import io.countersign.audit.MerkleTree;
import io.countersign.audit.SignedNote;
import io.countersign.audit.SigningKey;
import io.countersign.audit.TreeHash;
import io.countersign.audit.TrustedKey;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides on {@code add-checkpoint} as C2SP tlog-witness says, one request after the other. */
final class Witness {
  private static final Logger LOG = LoggerFactory.getLogger(Witness.class);

  private final SigningKey key;
  private final Map<String, KeyRing> logs = new TreeMap<>();
  private final WitnessMemory memory;
  private final InstantSource clock;

  /**
   * @param logs the keys of all logs; a key's name is the log's origin
   */
  Witness(SigningKey key, List<TrustedKey> logs, WitnessMemory memory, InstantSource clock) {
    this.key = key;
    this.memory = memory;
    this.clock = clock;
    for (TrustedKey log : logs) {
      String origin = log.key().name();
      this.logs.put(
          origin,
          new KeyRing(logs.stream().filter(other -> other.key().name().equals(origin)).toList()));
    }
  }

  /** What is answered over HTTP. */
  record Answer(int status, String contentType, String body) {
    static Answer refused(int status, String why) {
      return new Answer(status, "text/plain; charset=utf-8", why + "\n");
    }
  }

  /** Synchronized: the comparison with the last size and the record of the next are one step. */
  synchronized Answer add(byte[] body) throws IOException {
    AddCheckpoint request;
    SignedNote note;
    Checkpoint claimed;
    try {
      request = AddCheckpoint.parse(body);
      note = SignedNote.parse(request.checkpoint());
      claimed = Checkpoint.parse(note.text());
    } catch (EvidenceException e) {
      return Answer.refused(400, String.valueOf(e.getMessage()));
    }
    if (!AnchorText.holds(note.text())) {
      return Answer.refused(400, "a line of the checkpoint looks like the end of a record");
    }
    KeyRing keys = logs.get(claimed.origin());
    if (keys == null) {
      return Answer.refused(404, "this witness does not know the log");
    }
    try {
      return compare(request, note, keys.open(request.checkpoint()).checkpoint());
    } catch (EvidenceException e) {
      return Answer.refused(403, String.valueOf(e.getMessage()));
    }
  }

  private Answer compare(AddCheckpoint request, SignedNote note, Checkpoint checkpoint)
      throws EvidenceException, IOException {
    if (request.oldSize() > checkpoint.size()) {
      return Answer.refused(400, "the old size is beyond the checkpoint's");
    }
    Optional<Checkpoint> last = last(checkpoint.origin());
    long known = last.map(Checkpoint::size).orElse(0L);
    if (request.oldSize() != known) {
      if (checkpoint.size() < known) {
        LOG.warn("refused a checkpoint of size {}: size {} was signed", checkpoint.size(), known);
      }
      return new Answer(409, "text/x.tlog.size", known + "\n");
    }
    TreeHash root = last.map(Checkpoint::root).orElse(TreeHash.EMPTY);
    if (!MerkleTree.extendsTree(
        known, root, checkpoint.size(), checkpoint.root(), request.proof())) {
      LOG.error(
          "a signed checkpoint of size {} is not shown to extend the one of size {}, and is not"
              + " cosigned:\n{}",
          checkpoint.size(),
          known,
          request.checkpoint());
      return Answer.refused(422, "the proof does not lead from the last tree to this one");
    }
    SignedNote.NoteSignature line = Cosignature.sign(note, key, clock.instant());
    memory.keep(checkpoint.origin(), cosigned(note, keysOf(checkpoint), line));
    return new Answer(200, "text/plain; charset=utf-8", line.toString());
  }

  private KeyRing keysOf(Checkpoint checkpoint) {
    return logs.getOrDefault(checkpoint.origin(), new KeyRing(List.of()));
  }

  /** With the signatures that were checked, and no others. */
  private static String cosigned(SignedNote note, KeyRing keys, SignedNote.NoteSignature line) {
    StringBuilder text = new StringBuilder(note.text()).append('\n');
    note.signatures().stream()
        .filter(
            signature ->
                keys.verifierKeys().stream()
                    .anyMatch(
                        log ->
                            log.id() == signature.keyId() && log.name().equals(signature.name())))
        .forEach(text::append);
    return text.append(line).toString();
  }

  private Optional<Checkpoint> last(String origin) throws EvidenceException {
    Optional<String> note = memory.last(origin);
    return note.isEmpty()
        ? Optional.empty()
        : Optional.of(Checkpoint.parse(SignedNote.parse(note.get()).text()));
  }

  /** The last cosigned checkpoint of the log whose origin has this SHA-256, in hex. */
  Optional<String> latest(String originHash) {
    return logs.keySet().stream()
        .filter(origin -> AddCheckpoint.originHash(origin).equals(originHash))
        .findFirst()
        .flatMap(memory::last);
  }
}
