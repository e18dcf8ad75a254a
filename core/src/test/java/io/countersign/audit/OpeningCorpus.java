package io.countersign.audit;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What may stand in a receipt to say who its people are, right and wrong. */
final class OpeningCorpus {
  private static final String ALICE = NamedEntry.pseudonym("alice");
  private static final String BOB = NamedEntry.pseudonym("bob");

  private OpeningCorpus() {}

  /** Of people whom the entry names. */
  static List<String> good() {
    List<String> texts = new ArrayList<>();
    NamedEntry.PEOPLE.forEach(person -> texts.add(Openings.write(NamedEntry.openings(person))));
    texts.add(Openings.write(NamedEntry.openings("bob", "alice")));
    texts.add(Openings.write(NamedEntry.allOpenings()));
    return texts;
  }

  static List<String> bad() {
    List<String> texts = new ArrayList<>(List.of("", "{", "{}", "[]", "null", "\"x\"", "1"));
    String good = Openings.write(NamedEntry.openings("alice", "bob"));
    String alice = text(NamedEntry.key("alice"));
    texts.addAll(
        List.of(
            good + " ",
            " " + good,
            good.replace(":", ": "),
            good.replace("}}", "}},"),
            good.replace("alice", "\\u0061lice"),
            good.replace("alice", "\\ud800"),
            good.replace("alice", "alicf"),
            good.replace("alice", "alice "),
            good.replace("\"key\"", "\"kez\""),
            good.replace(ALICE, BOB),
            good.replace(ALICE, ALICE.replace("sub_", "sub-")),
            good.replace(ALICE, ALICE.substring(4)),
            good.replace(alice, text(NamedEntry.key("bob")))));
    NamedEntry.QUOTED.forEach(
        person -> texts.add(Openings.write(NamedEntry.openings(person, "bob"))));
    texts.add(Openings.write(NamedEntry.openings("nobody in it")));
    texts.add("[".repeat(1200) + "]".repeat(1200));
    texts.add("{\"a\":".repeat(1200) + "1" + "}".repeat(1200));
    String one = "{\"%s\":{\"key\":\"%s\",\"person\":\"alice\"}}";
    for (String pseudonym : List.of("", "alice", "__proto__", "constructor", "9", "sub_")) {
      texts.add(one.formatted(pseudonym, alice));
    }
    texts.add(
        "{\"10\":{\"key\":\"%s\",\"person\":1},\"9\":{\"key\":\"\",\"person\":\"\"}}"
            .formatted(alice));
    for (String opening : openings(alice)) {
      texts.add("{\"" + ALICE + "\":" + opening + "}");
    }
    keys(alice).forEach(key -> texts.add(one.formatted(ALICE, key)));
    return texts;
  }

  private static List<String> openings(String alice) {
    return List.of(
        "\"alice\"",
        "null",
        "1",
        "[]",
        "{}",
        "[\"" + alice + "\",\"alice\"]",
        "{\"key\":\"" + alice + "\"}",
        "{\"person\":\"alice\"}",
        "{\"key,person\":\"\"}",
        "{\"__proto__\":{},\"key\":\"" + alice + "\",\"person\":\"alice\"}",
        "{\"key\":\"" + alice + "\",\"note\":\"\",\"person\":\"alice\"}",
        "{\"key\":\"" + alice + "\",\"person\":[\"alice\"]}",
        "{\"key\":\"" + alice + "\",\"person\":null}",
        "{\"key\":null,\"person\":\"alice\"}",
        "{\"key\":1,\"person\":\"alice\"}",
        "{\"key\":\"" + alice + "\",\"person\":\"\"}",
        "{\"key\":\"" + alice + "\",\"key\":\"" + alice + "\",\"person\":\"alice\"}",
        "{\"person\":\"alice\",\"key\":\"" + alice + "\"}");
  }

  private static List<String> keys(String alice) {
    char last = alice.charAt(alice.length() - 1);
    Function<byte[], String> standard = Base64.getEncoder()::encodeToString;
    byte[] longer = new byte[Pseudonym.KEY_LENGTH + 1];
    System.arraycopy(NamedEntry.key("alice"), 0, longer, 0, Pseudonym.KEY_LENGTH);
    return List.of(
        "",
        alice + "=",
        alice + "\\n",
        alice.substring(1),
        alice.substring(0, alice.length() - 1) + (char) (last + 1),
        text(longer),
        text(new byte[Pseudonym.KEY_LENGTH - 1]),
        text(new byte[Pseudonym.KEY_LENGTH]),
        standard.apply(NamedEntry.key("alice")),
        alice.substring(0, 20) + "+" + alice.substring(21),
        alice.substring(0, 20) + "é" + alice.substring(21),
        alice.repeat(100));
  }

  private static String text(byte[] key) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(key);
  }

  /** Receipts whose field of subjects is elsewhere, of another name or of another kind. */
  static Map<String, String> misplaced(String receipt) {
    int at = receipt.indexOf(",\"subjects\":");
    String field = receipt.substring(at + 1, receipt.length() - 1);
    String rest = receipt.substring(1, at);
    return Map.of(
        "first",
        "{" + field + "," + rest + "}",
        "twice",
        "{" + rest + "," + field + "," + field + "}",
        "of another name",
        receipt.replace("\"subjects\"", "\"subject\""),
        "an object",
        "{" + rest + ",\"subjects\":{}}",
        "null",
        "{" + rest + ",\"subjects\":null}",
        "instead of the entry",
        receipt.replace("\"entry\":", "\"entri\":"),
        "two names as one",
        receipt.replace("\",\"action_digest\":\"", ",action_digest:"),
        "spaced",
        receipt.replace("\":\"", "\": \"").replace("\",\"", "\", \""));
  }
}
