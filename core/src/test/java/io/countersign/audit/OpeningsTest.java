package io.countersign.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.ActionId;
import io.countersign.action.Digest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a receipt says of its people is proven by the entry, or the receipt proves nothing. */
class OpeningsTest {
  private static final ActionId ACTION = new ActionId("act_00000000000000000000000001");
  private static final Digest DIGEST = Digest.sha256("what will run");
  private static final String OTHER = "a subject's key and person give another pseudonym";
  private static final String KEY = "a subject's key is 32 bytes in canonical base64url";
  private static final String FORM = "a subject has a key and a person";

  private final SigningKey key = SigningKey.generate(MemoryLog.ORIGIN);
  private final MemoryLog log = new MemoryLog();
  private final Receipt receipt;

  OpeningsTest() throws EvidenceException {
    log.add("before");
    log.add(NamedEntry.body(EventType.ACTION_SUCCEEDED, ACTION, DIGEST));
    receipt = new Receipt(ACTION, DIGEST, log.entry(1), log.proof(1, key));
  }

  private Verification verify(byte[] bytes) {
    return ReceiptVerifier.verify(bytes, List.of(key.verifierKey()));
  }

  private Verification verify(String subjects) {
    Receipt opened =
        new Receipt(Receipt.TYPE, ACTION, DIGEST, receipt.entry(), receipt.proof(), subjects);
    return verify(opened.text().getBytes(UTF_8));
  }

  private static SortedMap<String, String> people(Verification verification) {
    assertThat(verification).isInstanceOf(Verification.Valid.class);
    return ((Verification.Valid) verification).people();
  }

  @Test
  void everyPersonOfTheEntryIsOpenedAndNobodyElse() {
    assertThat(Openings.pseudonyms(receipt.entry()))
        .containsExactlyInAnyOrderElementsOf(
            NamedEntry.PEOPLE.stream().map(NamedEntry::pseudonym).toList());
    SortedMap<String, String> all = new TreeMap<>();
    NamedEntry.PEOPLE.forEach(person -> all.put(NamedEntry.pseudonym(person), person));
    Receipt opened = receipt.withSubjects(NamedEntry.allOpenings());
    assertThat(people(verify(opened.text().getBytes(UTF_8)))).isEqualTo(all);
    assertThat(opened.text())
        .startsWith(receipt.text().substring(0, receipt.text().length() - 1) + ",\"subjects\":\"{");
    assertThat(people(verify(Openings.write(NamedEntry.openings("bob")))))
        .isEqualTo(Map.of(NamedEntry.pseudonym("bob"), "bob"));
    assertThat(OpeningCorpus.good()).allSatisfy(text -> people(verify(text)));
  }

  @Test
  void receiptThatOpensNobodyIsAsBefore() {
    assertThat(receipt.withSubjects(List.of())).isEqualTo(receipt);
    assertThat(receipt.text()).doesNotContain("subjects");
    assertThat(people(verify(receipt.text().getBytes(UTF_8)))).isEmpty();
  }

  @Test
  void everyChangedRemovedOrDoubledByteIsRefused() {
    byte[] bytes = receipt.withSubjects(NamedEntry.allOpenings()).text().getBytes(UTF_8);
    people(verify(bytes));
    int before = receipt.text().getBytes(UTF_8).length - 1;
    for (int at = 0; at < bytes.length; at++) {
      // What stands before is changed in every way where receipts without subjects are tried.
      List<byte[]> changed = new ArrayList<>(List.of(with(bytes, at, bytes[at] ^ 0x20)));
      if (at >= before) {
        changed.addAll(
            List.of(
                removed(bytes, at),
                doubled(bytes, at),
                with(bytes, at, bytes[at] ^ 1),
                with(bytes, at, bytes[at] ^ 0x80)));
      }
      for (byte[] one : changed) {
        assertThat(verify(one)).as("byte %s", at).isInstanceOf(Verification.Invalid.class);
      }
    }
  }

  private static byte[] with(byte[] bytes, int at, int value) {
    byte[] copy = bytes.clone();
    copy[at] = (byte) value;
    return copy;
  }

  private static byte[] removed(byte[] bytes, int at) {
    byte[] copy = new byte[bytes.length - 1];
    System.arraycopy(bytes, 0, copy, 0, at);
    System.arraycopy(bytes, at + 1, copy, at, copy.length - at);
    return copy;
  }

  private static byte[] doubled(byte[] bytes, int at) {
    byte[] copy = new byte[bytes.length + 1];
    System.arraycopy(bytes, 0, copy, 0, at + 1);
    System.arraycopy(bytes, at, copy, at + 1, bytes.length - at);
    return copy;
  }

  @Test
  void whatIsNotProvenIsRefused() {
    String canonical = "the subjects are not canonical JSON";
    assertInvalid("", canonical);
    assertInvalid("[]", canonical);
    assertInvalid("{}", "the subjects are nobody");
    String bob = Openings.write(NamedEntry.openings("bob"));
    assertInvalid(bob + " ", canonical);
    assertInvalid(bob.replace("bob\"", "\\u0062ob\""), canonical);
    assertInvalid(bob.replace("bob\"", "b\\ud800\""), canonical);
    assertInvalid(bob.replace("\"bob\"", "1"), FORM);
    assertInvalid(bob.replace("\"person\"", "\"name\""), FORM);
    assertInvalid(bob.replace("}}", ",\"z\":1}}"), FORM);
    assertInvalid(bob.replace("\"bob\"", "\"rob\""), OTHER);
    assertInvalid(bob.replace(NamedEntry.pseudonym("bob"), NamedEntry.pseudonym("alice")), OTHER);
    assertInvalid(bob.replace("\",\"person", "=\",\"person"), KEY);
    assertInvalid(bob.replace("\",\"person", "A\",\"person"), KEY);
    assertThat(OpeningCorpus.bad())
        .allSatisfy(text -> assertThat(verify(text)).isInstanceOf(Verification.Invalid.class));
  }

  @Test
  void keyThatHmacTakesForTheSameIsRefused() {
    byte[] longer = new byte[Pseudonym.KEY_LENGTH + 1];
    System.arraycopy(NamedEntry.key("bob"), 0, longer, 0, Pseudonym.KEY_LENGTH);
    String text = Base64.getUrlEncoder().withoutPadding().encodeToString(longer);
    String opening = "{\"%s\":{\"key\":\"%s\",\"person\":\"bob\"}}";
    assertInvalid(opening.formatted(NamedEntry.pseudonym("bob"), text), KEY);
  }

  @Test
  void pseudonymThatIsOnlyQuotedIsNobody() {
    for (String person : NamedEntry.QUOTED) {
      assertThat(receipt.entry()).contains(NamedEntry.pseudonym(person));
      assertInvalid(
          Openings.write(NamedEntry.openings(person)), "a subject is nobody whom the entry names");
    }
    assertInvalid(
        Openings.write(NamedEntry.openings("alice", "somebody else")),
        "a subject is nobody whom the entry names");
  }

  private void assertInvalid(String subjects, String reason) {
    assertThat(verify(subjects)).as(subjects).hasToString("INVALID: " + reason);
  }
}
