package io.countersign.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.action.Json;
import io.countersign.audit.KeyRing;
import io.countersign.audit.ReceiptVerifier;
import io.countersign.audit.Verification;
import io.countersign.store.verification.Tamper;
import io.countersign.worker.ApiClient.Answer;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** Receipts that say who their people are: to whom, of whom, and that it is proven. */
class NamedReceiptTest {
  private final DemoServer server = DemoServer.start();
  private final ApiClient api = ApiClient.of(server);

  /** Asked for by carol's agent, approved by bob and alice. */
  private Answer approved() {
    var proposal = ApiClient.proposal("update payments set amount = 1 where id = 4711");
    Answer action = api.submit("agent-1", "named-" + System.nanoTime(), proposal);
    assertThat(action.status()).as(action.text()).isEqualTo("PENDING_REVIEW");
    assertThat(api.vote("bob", action, "approve").http()).isEqualTo(200);
    assertThat(api.vote("alice", action, "approve").http()).isEqualTo(200);
    assertThat(api.ended("agent-1", action.id()).status()).isEqualTo("SUCCEEDED");
    return action;
  }

  private Answer receipt(String who, Answer action, String query) {
    return api.get(who, "/v1/actions/" + action.id() + "/receipt" + query);
  }

  private Answer voteReceipt(String who, Answer action, String query) {
    return api.get(who, "/v1/actions/" + action.id() + "/votes/mine/receipt" + query);
  }

  /** Who is who, by the verifier. */
  private Map<String, String> people(Answer receipt) throws Exception {
    assertThat(receipt.http()).as(receipt.text()).isEqualTo(200);
    KeyRing keys = KeyRing.parse(api.get("bob", "/v1/audit/keys").text());
    Verification answer = ReceiptVerifier.verify(receipt.text().getBytes(UTF_8), keys);
    assertThat(answer).as(receipt.text()).isInstanceOf(Verification.Valid.class);
    return ((Verification.Valid) answer).people();
  }

  /** The same with nothing but the text on the wire and the JDK's HMAC. */
  private static Map<String, String> recomputed(Answer receipt) throws Exception {
    JsonNode entry = Json.MAPPER.readTree(receipt.body().path("entry").textValue());
    JsonNode subjects = Json.MAPPER.readTree(receipt.body().path("subjects").textValue());
    Map<String, String> people = new HashMap<>();
    for (Map.Entry<String, JsonNode> subject : subjects.properties()) {
      byte[] key = Base64.getUrlDecoder().decode(subject.getValue().path("key").textValue());
      String person = subject.getValue().path("person").textValue();
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      byte[] code = mac.doFinal(("countersign/subject/v1\n" + person).getBytes(UTF_8));
      assertThat(subject.getKey())
          .isEqualTo("sub_" + Base64.getUrlEncoder().withoutPadding().encodeToString(code));
      assertThat(entry.toString()).contains("\"" + subject.getKey() + "\"");
      people.put(subject.getKey(), person);
    }
    return people;
  }

  @Test
  void voterAuditorAndPartyLearnWhoApproved() throws Exception {
    Answer action = approved();
    Answer plain = receipt("dave", action, "");
    for (String who : List.of("alice", "bob", "dave", "carol")) {
      Answer named = receipt(who, action, "?subjects=true");
      assertThat(people(named).values()).as(who).contains("alice", "bob");
      assertThat(recomputed(named)).isEqualTo(people(named));
      assertThat(named.text())
          .startsWith(plain.text().substring(0, plain.text().length() - 1) + ",\"subjects\":\"{");
      for (String query : List.of("", "?subjects=false")) {
        assertThat(receipt(who, action, query).text()).isEqualTo(plain.text());
      }
    }
    assertThat(plain.text()).contains("sub_").doesNotContain("subjects", "alice", "bob");
    assertThat(people(plain)).isEmpty();
  }

  @Test
  void agentsLearnNobody() {
    Answer action = approved();
    assertThat(receipt("agent-1", action, "").http()).isEqualTo(200);
    Answer refused = receipt("agent-1", action, "?subjects=true");
    assertThat(refused.http()).isEqualTo(403);
    assertThat(refused.code()).isEqualTo("FORBIDDEN");
    assertThat(refused.detail())
        .isEqualTo("only people learn who the people are; leave `subjects` out");
    assertThat(voteReceipt("agent-1", action, "?subjects=true").http()).isEqualTo(404);
    assertThat(receipt("erin", action, "?subjects=true").http()).isEqualTo(404);
    assertThat(voteReceipt("erin", action, "?subjects=true").http()).isEqualTo(404);
  }

  @Test
  void voterProvesThatTheVoteIsTheirs() throws Exception {
    Answer action = approved();
    Answer plain = voteReceipt("bob", action, "");
    Answer named = voteReceipt("bob", action, "?subjects=true");
    assertThat(people(named).values()).contains("bob").doesNotContain("alice");
    JsonNode entry = Json.MAPPER.readTree(plain.body().path("entry").textValue());
    assertThat(people(named)).containsEntry(entry.at("/actor/id").textValue(), "bob");
    assertThat(plain.text()).doesNotContain("bob", "subjects");
    String vote = entry.at("/details/vote").textValue();
    String path = "/v1/actions/" + action.id() + "/votes/" + vote + "/receipt?subjects=true";
    assertThat(api.get("dave", path).text()).as("auditor").isEqualTo(named.text());
    assertThat(api.get("alice", path).http()).isEqualTo(404);
    assertThat(voteReceipt("carol", action, "?subjects=true").http()).isEqualTo(404);
  }

  @Test
  void anotherValueIsRefused() {
    Answer action = approved();
    for (String value : List.of("", "yes", "TRUE", "1", "true%20")) {
      Answer receipt = receipt("bob", action, "?subjects=" + value);
      assertThat(receipt.http()).as(value).isEqualTo(422);
      assertThat(receipt.code()).isEqualTo("VALIDATION");
      assertThat(receipt.detail()).isEqualTo("`subjects` must be `true` or `false`");
      assertThat(voteReceipt("bob", action, "?subjects=" + value)).isEqualTo(receipt);
    }
  }

  @Test
  void whoWasShreddedStaysAPseudonymAndTheReceiptStaysValid() throws Exception {
    Answer action = approved();
    Answer before = receipt("dave", action, "?subjects=true");
    Tamper superuser = new Tamper(server.demo().application().database().jdbi());
    superuser.run(
        """
        create table kept as select * from audit_secret where subject_id = 'bob';
        delete from audit_secret where subject_id = 'bob'""");
    try {
      Answer after = receipt("dave", action, "?subjects=true");
      assertThat(people(after).values()).contains("alice").doesNotContain("bob");
      assertThat(after.text()).doesNotContain("bob");
      assertThat(people(voteReceipt("bob", action, "?subjects=true")).values())
          .doesNotContain("bob");
      assertThat(people(before).values()).as("what was given out goes on proving").contains("bob");
    } finally {
      superuser.run(
          """
          insert into audit_secret select * from kept on conflict do nothing;
          drop table kept""");
    }
  }
}
