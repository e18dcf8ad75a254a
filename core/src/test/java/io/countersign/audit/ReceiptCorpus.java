package io.countersign.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.countersign.action.ActionId;
import io.countersign.action.Digest;
import io.countersign.action.Json;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Receipts, good and bad, that every verifier must answer alike. */
public final class ReceiptCorpus {
  private static final ActionId ACTION = new ActionId("act_00000000000000000000000001");
  private static final ActionId OTHER = new ActionId("act_00000000000000000000000002");
  private static final Digest DIGEST = Digest.sha256("what will run");
  private static final int INDEX = 5;

  private final SigningKey key = SigningKey.generate(MemoryLog.ORIGIN);
  private final SigningKey stranger = SigningKey.generate(MemoryLog.ORIGIN);
  private final SigningKey elsewhere = SigningKey.generate("elsewhere.example/audit");
  private final MemoryLog log = new MemoryLog();
  private final List<Case> cases = new ArrayList<>();
  private final int named;

  /**
   * One question.
   *
   * @param keys the file of keys
   */
  public record Case(String name, byte[] receipt, String keys) {
    /** What the verifier on the JVM says. */
    public String expected() {
      try {
        return ReceiptVerifier.verify(receipt, KeyRing.parse(keys)).toString();
      } catch (EvidenceException e) {
        return "KEYS: " + e.getMessage();
      }
    }
  }

  private ReceiptCorpus() throws EvidenceException {
    for (int i = 0; i < 11; i++) {
      EventType type =
          switch (i) {
            case 3 -> EventType.VOTE_COUNTED;
            case 4 -> EventType.ACTION_APPROVED;
            default -> EventType.ACTION_SUCCEEDED;
          };
      log.add(MemoryLog.event(type, i == 8 ? OTHER : ACTION, DIGEST).body(Subject.StandIns.NONE));
    }
    for (String entry : ODD_ENTRIES) {
      log.add(entry.replace("ACTION", ACTION.value()).replace("DIGEST", DIGEST.value()));
    }
    log.add("[".repeat(1200) + "]".repeat(1200));
    named = log.size();
    log.add(NamedEntry.body(EventType.ACTION_SUCCEEDED, ACTION, DIGEST));
    log.add(NamedEntry.body(EventType.VOTE_COUNTED, ACTION, DIGEST));
  }

  private static final List<String> ODD_ENTRIES =
      List.of(
          "{\"action\":\"ACTION\",\"digest\":\"DIGEST\",\"n\":1.5,\"type\":\"action.failed\"}",
          "{\"action\":\"ACTION\",\"digest\":\"DIGEST\",\"n\":-0,\"type\":\"action.failed\"}",
          "{\"action\":\"ACTION\",\"digest\":\"DIGEST\",\"n\":1e3,\"type\":\"action.failed\"}",
          "{\"action\":\"ACTION\",\"digest\":\"DIGEST\",\"n\":9007199254740992,"
              + "\"type\":\"action.failed\"}",
          "{\"action\":\"ACTION\",\"digest\":\"DIGEST\",\"n\":9007199254740993,"
              + "\"type\":\"action.failed\"}",
          "{\"type\":\"action.failed\",\"action\":\"ACTION\",\"digest\":\"DIGEST\"}",
          "{\"action\":\"ACTION\",\"digest\":\"DIGEST\",\"type\":\"x\",\"type\":\"action.failed\"}",
          "{\"__proto__\":{\"x\":1},\"action\":\"ACTION\",\"digest\":\"DIGEST\","
              + "\"type\":\"action.failed\"}",
          "{\"__proto__\":{\"action\":\"ACTION\",\"digest\":\"DIGEST\","
              + "\"type\":\"action.failed\"}}",
          "{\"10\":null,\"9\":true,\"action\":\"ACTION\",\"digest\":\"DIGEST\","
              + "\"type\":\"action.failed\",\"é\":\"\u2028\",\"\uD83D\uDE00\":[],\"\uFFFD\":{}}",
          "{\"action\":\"ACTION\",\"digest\":\"DIGEST\",\"type\":\"constructor\"}",
          "[]",
          "null",
          "\"text\"",
          "");

  /** The same questions each time, under keys made anew. */
  public static List<Case> cases() throws EvidenceException {
    ReceiptCorpus corpus = new ReceiptCorpus();
    corpus.whole();
    corpus.changed();
    corpus.entries();
    corpus.notes();
    corpus.proofs();
    corpus.votes();
    corpus.openings();
    corpus.keys();
    return List.copyOf(corpus.cases);
  }

  /** The questions as other languages read them. */
  public static String json(List<Case> cases) {
    return Json.write(
        cases.stream()
            .map(
                one ->
                    Map.of(
                        "receipt",
                        Base64.getEncoder().encodeToString(one.receipt()),
                        "keys",
                        one.keys()))
            .toList());
  }

  private void whole() {
    String text = text(INDEX, ACTION, DIGEST);
    for (int index = 0; index < log.size(); index++) {
      add("index " + index, text(index, ACTION, DIGEST));
    }
    add("spaced", text.replace("\":\"", "\": \"").replace("\",\"", "\", \""));
    add("escaped", text.replace("ö", "\\u00f6").replace("ß", "\\u00df").replace("—", "\\u2014"));
    add("one escaped", text.replace("ö", "\\u00f6"));
    add("upper case escape", text.replace("ö", "\\u00F6"));
    for (String padding : List.of("\n", "\n\n", " ", "\r\n", "\0", "{}", "x", "\uFEFF", "null")) {
      add("followed by " + padding, text + padding);
      add("after " + padding, padding + text);
    }
    for (String part : List.of("", "{", "{}", "[]", "null", "\"x\"", "{\"a\":1}", "{\"a\"}")) {
      add("only " + part, part);
    }
    add("field twice", text.replace("{\"type\"", "{\"type\":\"x\",\"type\""));
    add("field more", text.replace("}", ",\"more\":\"\"}"));
    add("field of another type", text.replace("{\"type\":", "{\"type\":1,\"t\":"));
    add("half a pair", text.replace("größe", "gr\\ud800e"));
    add("half a pair ahead", text.replace("countersign-receipt/v1", "\\udc00"));
    add("other action", text(INDEX, OTHER, DIGEST));
    add("other digest", text(INDEX, ACTION, Digest.sha256("x")));
    add("1 MiB", text + " ".repeat(Receipt.MAX_SIZE - text.getBytes(UTF_8).length));
    add("over 1 MiB", text + " ".repeat(Receipt.MAX_SIZE));
  }

  private void changed() {
    changed(text(INDEX, ACTION, DIGEST));
    changed(opened(named, Openings.write(NamedEntry.allOpenings())));
  }

  private void changed(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    for (int at = 0; at < bytes.length; at++) {
      for (int to : new int[] {bytes[at] ^ 1, bytes[at] ^ 0x20, bytes[at] ^ 0x80, ' '}) {
        byte[] copy = bytes.clone();
        copy[at] = (byte) to;
        add("byte %d as %d".formatted(at, to & 0xff), copy, pinned());
      }
    }
    for (int length = 0; length < bytes.length; length += 7) {
      add("cut at " + length, Arrays.copyOf(bytes, length), pinned());
    }
  }

  private void entries() {
    LogProof proof = log.proof(INDEX, key);
    String inner = log.entry(4) + log.entry(INDEX);
    add("entry of another index", receipt(log.entry(6), proof.toString()));
    add("two entries as one", receipt(inner, proof.toString()));
    TreeHash interior = TreeHash.node(log.leaf(4), log.leaf(INDEX));
    String raw = new String(interior.bytes(), StandardCharsets.ISO_8859_1);
    List<TreeHash> above = proof.path().subList(1, proof.path().size());
    LogProof higher = new LogProof(INDEX / 2, above, proof.checkpoint());
    add("interior node as a leaf", receipt(raw, higher.toString()));
    for (long index : new long[] {0, 4, 6, 100, Long.MAX_VALUE}) {
      LogProof moved = new LogProof(index, proof.path(), proof.checkpoint());
      add("swapped index " + index, receipt(log.entry(INDEX), moved.toString()));
    }
  }

  private void notes() {
    String note = log.checkpoint(key);
    String known = note.substring(note.indexOf("\u2014"));
    String unknown = "\u2014 witness.example AAAAAAAAAAAA\n";
    for (String lines :
        List.of(
            known + unknown,
            unknown + known,
            unknown,
            known + known,
            known + "\u2014 wit ness AAAAAAAAAAAA\n",
            known + "\u2014 wit+ness AAAAAAAAAAAA\n",
            known + "\u2014 wit\u00A0ness AAAAAAAAAAAA\n",
            known + "\u2014 " + MemoryLog.ORIGIN + " AAAA\n",
            known + "- witness AAAAAAAAAAAA\n",
            known + "\u2014 witness AAAAAAAAAAA\n",
            known.replace(MemoryLog.ORIGIN, "witness.example"),
            known + unknown.repeat(63),
            known + unknown.repeat(64),
            known + unknown.repeat(80),
            known.substring(0, known.length() - 1),
            known + "\n")) {
      note(
          "signature lines " + cases.size(),
          log.checkpoint(key).substring(0, note.indexOf("\u2014")) + lines);
    }
    note("another signer", log.checkpoint(stranger));
    note("carriage return", note.replace("\n", "\r\n"));
    TreeHash root = log.root(0, log.size());
    for (String text :
        List.of(
            new Checkpoint(MemoryLog.ORIGIN, log.size(), root).text() + "extension\n",
            new Checkpoint("elsewhere.example/audit", log.size(), root).text(),
            new Checkpoint(MemoryLog.ORIGIN, log.size() + 1, root).text(),
            new Checkpoint(MemoryLog.ORIGIN, log.size(), log.leaf(0)).text(),
            MemoryLog.ORIGIN + "\n0" + log.size() + "\n" + root + "\n",
            MemoryLog.ORIGIN + "\n9223372036854775808\n" + root + "\n",
            MemoryLog.ORIGIN + "\n" + log.size() + "\n")) {
      note("signed text " + cases.size(), SignedNote.sign(text, key).toString());
    }
    note("other origin", SignedNote.sign(elsewhere.origin() + "\n1\nx\n", elsewhere).toString());
  }

  private void note(String name, String note) {
    LogProof proof = log.proof(INDEX, key);
    add(
        name,
        receipt(log.entry(INDEX), new LogProof(INDEX, proof.path(), note).toString()),
        pinned() + elsewhere.verifierKey() + "\n");
  }

  private void proofs() {
    LogProof proof = log.proof(INDEX, key);
    String text = proof.toString();
    String hash = proof.path().getFirst() + "\n";
    for (String changed :
        List.of(
            text.replace("@v1\n", "@v1\nextra AAAA\n"),
            text.replace("@v1\n", "@v1\nextra AAA\n"),
            text.replace("@v1\n", "@v2\n"),
            text.replace("index 5", "index 05"),
            text.replace("index 5", "index +5"),
            text.replace("index 5", "index -5"),
            text.replace("index 5", "index 5 "),
            text.replace("index 5\n", ""),
            text.replace("index 5", "index 9223372036854775807"),
            text.replace("index 5", "index 9223372036854775808"),
            text.replace("index 5", "index 99999999999999999999"),
            text.replace("index 5", "index \u0665"),
            text.replace(hash, ""),
            text.replace(hash, hash + hash),
            text.replace(hash, hash.repeat(63)),
            text.replace(hash, hash.repeat(70)),
            text.replace(hash, "AAAA\n"),
            text.replace(hash, hash.replace("=", "")),
            text.replace(hash, " " + hash),
            text.replace("\n\n", "\n"),
            text.replace("\n\n", "\n\n\n"))) {
      add("proof " + cases.size(), receipt(log.entry(INDEX), changed));
    }
  }

  private void votes() {
    for (int index = 0; index < log.size(); index++) {
      LogProof proof = log.proof(index, key);
      add("vote " + index, Receipt.ofVote(ACTION, DIGEST, log.entry(index), proof).text());
      add("no vote " + index, new Receipt(ACTION, DIGEST, log.entry(index), proof).text());
    }
  }

  private void openings() {
    for (String subjects : OpeningCorpus.good()) {
      add("opens " + subjects, opened(named, subjects));
      add("opens a vote's " + subjects, opened(named + 1, subjects));
      add("opens nobody's " + subjects, opened(INDEX, subjects));
    }
    OpeningCorpus.bad().forEach(text -> add("does not open " + text, opened(named, text)));
    String all = opened(named, Openings.write(NamedEntry.allOpenings()));
    OpeningCorpus.misplaced(all).forEach((name, text) -> add("subjects " + name, text));
  }

  private String opened(int index, String subjects) {
    String type = index == named + 1 ? Receipt.VOTE_TYPE : Receipt.TYPE;
    String proof = log.proof(index, key).toString();
    return new Receipt(type, ACTION, DIGEST, log.entry(index), proof, subjects).text();
  }

  private void keys() {
    String text = text(INDEX, ACTION, DIGEST);
    String vkey = key.verifierKey().toString();
    for (String keys :
        List.of(
            "",
            stranger.verifierKey() + "\n",
            stranger.verifierKey() + "\n" + vkey + "\n",
            "  " + vkey + "  \r\n\n",
            vkey + " until " + log.size(),
            vkey + " until " + (log.size() - 1),
            vkey + " until 0" + log.size(),
            vkey + " until ",
            vkey.replace("+", "-"),
            vkey.replace("+", "++"),
            vkey.replace("countersign", "counter"),
            vkey.replace("=", ""),
            vkey + "x",
            vkey.toUpperCase(Locale.ROOT),
            "x\n" + vkey.replace("=", ""),
            vkey + "\n" + vkey.replace("=", "") + "\nx",
            elsewhere.verifierKey().toString())) {
      add("keys " + cases.size(), text, keys);
    }
    for (int c = 0; c <= 0xffff; c++) {
      if (c < 0x100 || Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0xfeff) {
        add("keys beside " + c, text, (char) c + vkey);
        add("keys beside " + c, text, vkey + (char) c);
      }
    }
    pointless();
  }

  /** A key that is no point of the curve, alone, beside a good one, and named by a signature. */
  private void pointless() {
    for (int fill : new int[] {2, -1}) {
      String none = keyOf(new byte[32], fill);
      add("no point", text(INDEX, ACTION, DIGEST), none);
      add("no point beside", text(INDEX, ACTION, DIGEST), none + "\n" + pinned());
      byte[] signature = new byte[68];
      System.arraycopy(HexFormat.of().parseHex(none.split("\\+")[1]), 0, signature, 0, 4);
      LogProof proof = log.proof(INDEX, key);
      String line =
          "\u2014 " + MemoryLog.ORIGIN + " " + Base64.getEncoder().encodeToString(signature) + "\n";
      add(
          "signed by no point",
          receipt(
              log.entry(INDEX),
              new LogProof(INDEX, proof.path(), proof.checkpoint() + line).toString()),
          none + "\n" + pinned());
    }
  }

  /** The vkey of any 32 bytes, of which the first, or with -1 every one, is set. */
  static String keyOf(byte[] key, int fill) {
    if (fill < 0) {
      Arrays.fill(key, (byte) fill);
    } else {
      key[0] = (byte) fill;
    }
    byte[] typed = ByteBuffer.allocate(1 + key.length).put((byte) 1).put(key).array();
    MessageDigest digest = TreeHash.sha256();
    digest.update((MemoryLog.ORIGIN + "\n").getBytes(UTF_8));
    int id = ByteBuffer.wrap(digest.digest(typed)).getInt();
    return MemoryLog.ORIGIN
        + "+"
        + HexFormat.of().toHexDigits(id)
        + "+"
        + Base64.getEncoder().encodeToString(typed);
  }

  private String pinned() {
    return key.verifierKey() + "\n";
  }

  private String text(int index, ActionId action, Digest digest) {
    return new Receipt(action, digest, log.entry(index), log.proof(index, key)).text();
  }

  private static String receipt(String entry, String proof) {
    return new Receipt(Receipt.TYPE, ACTION, DIGEST, entry, proof).text();
  }

  private void add(String name, String text) {
    add(name, text, pinned());
  }

  private void add(String name, String text, String keys) {
    add(name, text.getBytes(UTF_8), keys);
  }

  private void add(String name, byte[] receipt, String keys) {
    cases.add(new Case(name, receipt, keys));
  }
}
