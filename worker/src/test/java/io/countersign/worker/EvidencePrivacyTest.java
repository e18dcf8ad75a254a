package io.countersign.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.worker.ApiClient.Answer;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The log names nobody: no id, name, address, reason or literal of a flow is in what it holds. */
class EvidencePrivacyTest {
  private static final String REASON = "pl4nted-reason@example.org";
  private static final String LITERAL = "pl4nted-literal";
  private static final List<String> PEOPLE = List.of("alice", "bob", "carol", "dave", "erin");

  @Test
  void nothingOfPeopleOrTheirWordsIsInTheEvidence() throws Exception {
    DemoServer server = DemoServer.start();
    ApiClient api = ApiClient.of(server);
    List<Answer> played = play(api);
    StringBuilder evidence = new StringBuilder();
    for (Answer action : played) {
      Answer receipt = api.get("dave", "/v1/actions/" + action.id() + "/receipt");
      assertThat(receipt.text()).contains(action.id());
      evidence.append(receipt.text()).append('\n');
    }
    for (String table : List.of("audit_outbox", "audit_entry")) {
      evidence.append(text(server, table));
    }
    assertThat(evidence.toString()).contains("sub_", "vote.counted", "vote.refused");
    assertThat(evidence.toString()).doesNotContain("pl4nted");
    for (String person : PEOPLE) {
      assertThat(evidence.toString()).doesNotContainPattern("(?i)\\b" + person + "\\b");
    }
  }

  @Test
  void timelineShowsWhoVotedToWhoMaySeeIt() throws Exception {
    ApiClient api = ApiClient.of(DemoServer.start());
    Answer action = write(api, 21);
    api.vote("bob", action, "approve");
    api.ended("agent-1", action.id());
    String events = "/v1/actions/" + action.id() + "/events";
    assertThat(api.get("dave", events).text()).contains("\"bob\"").doesNotContain("sub_");
    assertThat(api.get("agent-1", events).text()).doesNotContain("\"bob\"", "sub_");
  }

  private static String text(DemoServer server, String table) {
    String question = "select coalesce(string_agg(e::text, ' '), '') from " + table + " e";
    return server
        .demo()
        .application()
        .database()
        .jdbi()
        .withHandle(handle -> handle.createQuery(question).mapTo(String.class).one());
  }

  private static List<Answer> play(ApiClient api) {
    Answer read = submit(api, "select '" + LITERAL + "'");
    Answer written = write(api, 22);
    api.vote("carol", written, "approve");
    api.vote("bob", written.id(), "approve", written.digest(), REASON);
    api.ended("agent-1", written.id());
    Answer denied = write(api, 23);
    api.vote("bob", denied.id(), "deny", denied.digest(), REASON);
    api.ended("agent-1", denied.id());
    Answer refused = submit(api, "selec '" + LITERAL + "'");
    return List.of(read, written, denied, refused);
  }

  private static Answer write(ApiClient api, int id) {
    return submit(api, "update customers set phone = '" + LITERAL + "' where id = " + id);
  }

  private static Answer submit(ApiClient api, String sql) {
    ObjectNode proposal = ApiClient.proposal(sql);
    proposal.put("reason", REASON);
    return api.submit("agent-1", UUID.randomUUID().toString(), proposal);
  }
}
