package io.countersign.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.action.Json;
import io.countersign.audit.KeyRing;
import io.countersign.audit.ReceiptVerifier;
import io.countersign.store.verification.Tamper;
import io.countersign.worker.ApiClient.Answer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What somebody approved, provable by a file of their own before the action has ended. */
class VoteReceiptTest {
  private final DemoServer server = DemoServer.start();
  private final ApiClient api = ApiClient.of(server);

  /** It needs two people, and one has approved it. */
  private Answer halfApproved() {
    var proposal = ApiClient.proposal("update payments set amount = 1 where id = 4711");
    Answer action = api.submit("agent-1", "vote-receipt-" + System.nanoTime(), proposal);
    assertThat(action.status()).as(action.text()).isEqualTo("PENDING_REVIEW");
    assertThat(api.vote("bob", action, "approve").http()).isEqualTo(200);
    return action;
  }

  private Answer receipt(String who, Answer action, String vote) {
    return api.get(who, "/v1/actions/" + action.id() + "/votes/" + vote + "/receipt");
  }

  private String verify(String receipt) throws Exception {
    KeyRing keys = KeyRing.parse(api.get("bob", "/v1/audit/keys").text());
    return ReceiptVerifier.verify(receipt.getBytes(UTF_8), keys).toString();
  }

  @Test
  void voterProvesWhatTheyApprovedBeforeTheActionEnds() throws Exception {
    Answer action = halfApproved();
    Answer receipt = receipt("bob", action, "mine");
    assertThat(receipt.http()).as(receipt.text()).isEqualTo(200);
    assertThat(verify(receipt.text())).isEqualTo("VALID");
    assertThat(receipt.body().path("type").asText()).isEqualTo("countersign-vote-receipt/v1");
    JsonNode entry = Json.MAPPER.readTree(receipt.body().path("entry").asText());
    assertThat(entry.path("type").asText()).isEqualTo("vote.counted");
    assertThat(entry.at("/details/decision").asText()).isEqualTo("approve");
    assertThat(entry.at("/details/voted_digest").asText()).isEqualTo(action.digest());
    assertThat(receipt.body().path("action_digest").asText()).isEqualTo(action.digest());
    assertThat(receipt.text()).doesNotContain("bob", "looked at by a test");
    String claim = receipt.text().replace("countersign-vote-receipt", "countersign-receipt");
    assertThat(verify(claim)).isEqualTo("INVALID: the entry does not close its action");
    String vote = entry.at("/details/vote").asText();
    assertThat(receipt("dave", action, vote).text()).as("auditor").isEqualTo(receipt.text());
    for (String who : List.of("alice", "agent-1", "erin")) {
      assertThat(receipt(who, action, vote).http()).as(who).isEqualTo(404);
      assertThat(receipt(who, action, "mine").http()).as(who).isEqualTo(404);
    }
  }

  @Test
  void withdrawnVoteHasAReceiptOfThat() throws Exception {
    Answer action = halfApproved();
    assertThat(api.delete("bob", "/v1/actions/" + action.id() + "/votes/mine").http())
        .isEqualTo(200);
    Answer receipt = receipt("bob", action, "mine");
    assertThat(verify(receipt.text())).as(receipt.text()).isEqualTo("VALID");
    assertThat(receipt.body().path("entry").asText()).contains("\"type\":\"vote.withdrawn\"");
  }

  @Test
  void receiptOfWhatWasPrunedIsGone() {
    Answer action = halfApproved();
    assertThat(api.vote("alice", action, "approve").http()).isEqualTo(200);
    assertThat(api.ended("agent-1", action.id()).status()).isEqualTo("SUCCEEDED");
    String path = "/v1/actions/" + action.id() + "/receipt";
    assertThat(api.get("agent-1", path).http()).isEqualTo(200);
    assertThat(receipt("bob", action, "mine").http()).isEqualTo(200);

    Tamper superuser = new Tamper(server.demo().application().database().jdbi());
    superuser.run(
        """
        create table kept as select idx, body from audit_entry where action_id = '%s';
        update audit_entry set body = null where idx in (select idx from kept)"""
            .formatted(action.id()));
    try {
      for (Answer gone : List.of(api.get("agent-1", path), receipt("bob", action, "mine"))) {
        assertThat(gone.http()).as(gone.text()).isEqualTo(410);
        assertThat(gone.code()).isEqualTo("GONE");
        assertThat(gone.detail()).startsWith("the time to keep it is over");
      }
    } finally {
      superuser.run(
          """
          update audit_entry set body = kept.body from kept where kept.idx = audit_entry.idx;
          drop table kept""");
    }
  }
}
