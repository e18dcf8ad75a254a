package io.countersign.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.action.ActionId;
import io.countersign.action.Digest;
import io.countersign.action.Json;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReceiptVerifierTest {
  private static final ObjectMapper MAPPER = JsonMapper.builder().build();
  private static final ActionId ACTION = new ActionId("act_00000000000000000000000001");
  private static final ActionId OTHER = new ActionId("act_00000000000000000000000002");
  private static final Digest DIGEST = Digest.sha256("what will run");
  private static final int INDEX = 5;
  private static final SortedMap<String, String> NOBODY = Collections.emptySortedMap();

  private final SigningKey key = SigningKey.generate(MemoryLog.ORIGIN);
  private final List<VerifierKey> keys = List.of(key.verifierKey());
  private final MemoryLog log = new MemoryLog();
  private final Receipt receipt;

  ReceiptVerifierTest() throws EvidenceException {
    for (int i = 0; i < 11; i++) {
      EventType type =
          switch (i) {
            case INDEX -> EventType.ACTION_SUCCEEDED;
            case 4 -> EventType.ACTION_APPROVED;
            default -> EventType.VOTE_COUNTED;
          };
      log.add(MemoryLog.event(type, i == 8 ? OTHER : ACTION, DIGEST).body(Subject.StandIns.NONE));
    }
    receipt = receipt(INDEX, ACTION, DIGEST);
  }

  private Receipt receipt(int index, ActionId action, Digest digest) {
    return new Receipt(action, digest, log.entry(index), log.proof(index, key));
  }

  private Verification verify(String text) {
    return ReceiptVerifier.verify(text.getBytes(UTF_8), keys);
  }

  private void assertInvalid(String text, String reason) {
    assertThat(verify(text)).hasToString("INVALID: " + reason);
  }

  @Test
  void genuineReceiptIsValid() {
    assertThat(verify(receipt.text()))
        .isEqualTo(
            new Verification.Valid(ACTION, "action.succeeded", MemoryLog.ORIGIN, INDEX, NOBODY))
        .hasToString("VALID");
    assertThat(Json.write(receipt)).isEqualTo(receipt.text());
  }

  @Test
  void everyChangedByteIsRefused() throws JsonProcessingException {
    for (String text : layouts()) {
      byte[] bytes = text.getBytes(UTF_8);
      assertThat(ReceiptVerifier.verify(bytes, keys)).hasToString("VALID");
      for (int at = 0; at < bytes.length; at++) {
        byte original = bytes[at];
        for (int replacement : replacements(original, text.equals(receipt.text()))) {
          bytes[at] = (byte) replacement;
          assertThat(ReceiptVerifier.verify(bytes, keys))
              .as("byte %s of %s as %s", at, text, replacement)
              .isInstanceOf(Verification.Invalid.class);
        }
        bytes[at] = original;
      }
    }
  }

  /** Every single bit, and what stands for the same thing elsewhere in JSON and base64. */
  private static List<Integer> replacements(byte original, boolean thorough) {
    IntStream bits = IntStream.range(0, 8).map(bit -> original ^ (1 << bit));
    IntStream few = IntStream.of(original ^ 1, original ^ 0x20, ' ', '\n');
    return (thorough ? IntStream.concat(bits, " \t\"'\\/0A=+".chars()) : few)
        .map(value -> value & 0xff)
        .filter(value -> value != (original & 0xff))
        .distinct()
        .boxed()
        .toList();
  }

  @Test
  void everyRemovedOrDoubledByteIsRefused() {
    byte[] bytes = receipt.text().getBytes(UTF_8);
    for (int at = 0; at < bytes.length; at++) {
      byte[] removed = new byte[bytes.length - 1];
      System.arraycopy(bytes, 0, removed, 0, at);
      System.arraycopy(bytes, at + 1, removed, at, removed.length - at);
      byte[] doubled = new byte[bytes.length + 1];
      System.arraycopy(bytes, 0, doubled, 0, at + 1);
      System.arraycopy(bytes, at, doubled, at + 1, bytes.length - at);
      assertThat(ReceiptVerifier.verify(removed, keys))
          .as("without byte %s", at)
          .isInstanceOf(Verification.Invalid.class);
      assertThat(ReceiptVerifier.verify(doubled, keys))
          .as("byte %s twice", at)
          .isInstanceOf(Verification.Invalid.class);
    }
  }

  @Test
  void layoutsOfUsualToolsAreValid() throws JsonProcessingException {
    for (String text : layouts()) {
      assertThat(verify(text)).as(text).hasToString("VALID");
      assertThat(verify(text + "\n")).as(text).hasToString("VALID");
    }
  }

  private List<String> layouts() throws JsonProcessingException {
    String compact = receipt.text();
    JsonNode tree = MAPPER.readTree(compact);
    StringBuilder spaced = new StringBuilder();
    StringBuilder lines = new StringBuilder();
    tree.properties()
        .forEach(
            field -> {
              String pair = "\"" + field.getKey() + "\": " + field.getValue();
              spaced.append(spaced.isEmpty() ? "{" : ", ").append(pair);
              lines.append(lines.isEmpty() ? "{\n  " : ",\n  ").append(pair);
            });
    spaced.append('}');
    lines.append("\n}");
    String escaped =
        spaced.toString().replace("—", "\\u2014").replace("ö", "\\u00f6").replace("ß", "\\u00df");
    return List.of(compact, spaced.toString(), escaped, lines.toString());
  }

  @Test
  void mixedLayoutsAreRefused() {
    String text = receipt.text();
    for (String wrong :
        List.of(
            " " + text,
            text + "\n\n",
            text + " ",
            text.replaceFirst(",", ", "),
            text.replaceFirst(":", " :"),
            text.replaceFirst("—", "\\\\u2014"),
            text.replace("—", "\\u2014").replace("u00f6", "u00F6").replace("ß", "\\u00DF"),
            text.replace("/", "\\/"),
            text.replaceFirst("t", "\\\\u0074"))) {
      assertThat(verify(wrong)).as(wrong).isInstanceOf(Verification.Invalid.class);
    }
  }

  @Test
  void fieldsAreExactlyThoseOfAReceipt() throws JsonProcessingException {
    ObjectNode tree = (ObjectNode) MAPPER.readTree(receipt.text());
    String fields =
        "a receipt has the fields type, action_id, action_digest, entry and proof,"
            + " and may have subjects";
    assertInvalid(tree.deepCopy().put("note", "x").toString(), fields);
    assertInvalid(tree.deepCopy().without("entry").toString(), fields);
    assertInvalid(
        tree.deepCopy().put("type", "countersign-receipt/v2").toString(),
        "the type is neither `countersign-receipt/v1` nor `countersign-vote-receipt/v1`");
    assertInvalid(
        tree.deepCopy().putNull("entry").toString(), "every field of a receipt is a string");
    assertInvalid(
        receipt.text().replaceFirst("\\{", "{\"type\":\"countersign-receipt/v1\","),
        "a field of the receipt stands twice");
  }

  @Test
  void whatIsNoReceiptGetsAReason() {
    assertInvalid("", "a receipt is a JSON object");
    assertInvalid("[]", "a receipt is a JSON object");
    assertInvalid("{", "the text is not JSON");
    assertInvalid("{}{}", "text follows the receipt");
    assertInvalid("{\"a\":".repeat(5000), "every field of a receipt is a string");
    assertInvalid("x".repeat(Receipt.MAX_SIZE + 1), "a receipt has at most 1 MiB");
    assertThat(ReceiptVerifier.verify(new byte[] {'{', (byte) 0xc3, '}'}, keys))
        .hasToString("INVALID: the text is not UTF-8");
  }

  @Test
  void entryOfAnotherActionIsRefused() {
    assertInvalid(receipt(INDEX, OTHER, DIGEST).text(), "the entry is about another action");
    assertInvalid(
        receipt(INDEX, ACTION, Digest.sha256("else")).text(),
        "the entry has another action digest");
    assertInvalid(receipt(4, ACTION, DIGEST).text(), "the entry does not close its action");
  }

  @Test
  void receiptOfAVoteIsValidForAVoteAlone() {
    LogProof proof = log.proof(6, key);
    assertThat(verify(Receipt.ofVote(ACTION, DIGEST, log.entry(6), proof).text()))
        .isEqualTo(new Verification.Valid(ACTION, "vote.counted", MemoryLog.ORIGIN, 6, NOBODY));
    assertInvalid(receipt(6, ACTION, DIGEST).text(), "the entry does not close its action");
    for (int index : new int[] {4, INDEX}) {
      Receipt claim = Receipt.ofVote(ACTION, DIGEST, log.entry(index), log.proof(index, key));
      assertInvalid(claim.text(), "the entry is no vote");
    }
  }

  @Test
  void alteredEntryIndexOrPathIsRefused() {
    String elsewhere = "the entry is not in the log at this index";
    assertInvalid(receipt.text().replace("\\\"rows\\\":3", "\\\"rows\\\":4"), elsewhere);
    assertInvalid(receipt.text().replace("index 5", "index 6"), elsewhere);
    assertInvalid(receipt.text().replace("index 5", "index 11"), elsewhere);
    assertInvalid(receipt.text().replace("index 5", "index 05"), "not a canonical decimal number");
    LogProof proof = log.proof(INDEX, key);
    List<TreeHash> shorter = proof.path().subList(1, proof.path().size());
    LogProof cut = new LogProof(INDEX, shorter, proof.checkpoint());
    assertInvalid(new Receipt(ACTION, DIGEST, log.entry(INDEX), cut).text(), elsewhere);
  }

  @Test
  void extraDataThatNothingSignsIsRefused() {
    LogProof proof = log.proof(INDEX, key);
    LogProof extra = new LogProof("AAAA", INDEX, proof.path(), proof.checkpoint());
    assertInvalid(
        new Receipt(ACTION, DIGEST, log.entry(INDEX), extra).text(),
        "a receipt's proof has no extra line");
  }

  @Test
  void checkpointByAnotherKeyIsRefused() throws EvidenceException {
    SigningKey thief = SigningKey.generate(MemoryLog.ORIGIN);
    Receipt forged = new Receipt(ACTION, DIGEST, log.entry(INDEX), log.proof(INDEX, thief));
    assertInvalid(forged.text(), "no known key signed this");
    assertThat(ReceiptVerifier.verify(receipt.text().getBytes(UTF_8), List.of()))
        .hasToString("INVALID: no known key signed this");
    List<VerifierKey> both = List.of(thief.verifierKey(), key.verifierKey());
    assertThat(ReceiptVerifier.verify(receipt.text().getBytes(UTF_8), both)).hasToString("VALID");
  }

  @Test
  void witnessLineIsIgnored() throws EvidenceException {
    SigningKey witness = SigningKey.generate("witness.example");
    String signed = log.checkpoint(key);
    String note = SignedNote.sign(SignedNote.parse(signed).text(), witness).toString();
    String line = note.substring(note.lastIndexOf("\n\n") + 2);
    LogProof proof = log.proof(INDEX, key);
    LogProof witnessed = new LogProof(INDEX, proof.path(), signed + line);
    assertThat(verify(new Receipt(ACTION, DIGEST, log.entry(INDEX), witnessed).text()))
        .hasToString("VALID");
  }

  @Test
  void halfASurrogatePairCannotStandForAQuestionMark() {
    log.add(log.entry(INDEX).replace("größe", "gr?"));
    int index = log.size() - 1;
    Receipt genuine = receipt(index, ACTION, DIGEST);
    assertThat(verify(genuine.text())).hasToString("VALID");
    String escaped = genuine.text().replace("—", "\\u2014");
    assertThat(verify(escaped)).hasToString("VALID");
    assertInvalid(escaped.replace("gr?", "gr\\ud800"), "the text holds half of a surrogate pair");
  }

  @Test
  void entryThatIsNotCanonicalIsRefused() {
    log.add("{\"type\":\"action.succeeded\", \"action\":\"" + ACTION + "\"}");
    assertInvalid(
        receipt(log.size() - 1, ACTION, DIGEST).text(), "the entry is not canonical JSON");
    log.add("null");
    assertInvalid(
        receipt(log.size() - 1, ACTION, DIGEST).text(), "the entry is not canonical JSON");
  }
}
