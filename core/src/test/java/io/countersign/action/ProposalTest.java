package io.countersign.action;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The sample vectors that define the action digest; other implementations test against them. */
class ProposalTest {
  private static final Requester AGENT = new Requester(PrincipalType.AGENT, "agent-1", "carol");
  private static final Proposal VOID_ORDER =
      new Proposal(
          "execute_sql",
          "shop",
          new Statement("update orders set status='void' where id=$1", List.of("42")),
          AGENT,
          1,
          new Limits(1, 30_000));

  @Test
  void digestOfAnAgentsWrite() {
    // {"arguments":{"params":["42"],"sql":"update orders set status='void' where id=$1"},
    //  "kind":"execute_sql","limits":{"max_rows":1,"statement_timeout_ms":30000},
    //  "requester":{"id":"agent-1","on_behalf_of":"carol","type":"agent"},"revision":1,
    //  "target":"shop"} without the line breaks of this comment
    assertThat(VOID_ORDER.digest())
        .hasToString("sha256:b40ff87d6abbf317743e0360cb2608b48e988de22a8effe3f9d8aaff3f214e5f");
  }

  @Test
  void digestOfAPersonsReadWithNullAndHostileCharacters() {
    Proposal read =
        new Proposal(
            "execute_sql",
            "shop",
            new Statement("select 'é\n\"\\' -- \u202e", Arrays.asList(null, "x\ty")),
            new Requester(PrincipalType.PERSON, "bob", null),
            2,
            new Limits(10_000, 30_000));
    assertThat(read.digest())
        .hasToString("sha256:8cbb04b7639cea230aa2a2eb76715754c09742158091921c4a17f7d4a7ea1614");
  }

  @Test
  void everythingThatRunsIsInTheDigest() {
    List<Proposal> others =
        List.of(
            with(new Statement("update orders set status='void' where id=$1 ", List.of("42"))),
            with(new Statement("update orders set status='void' where id=$1", List.of("43"))),
            new Proposal("execute_sql", "shop2", VOID_ORDER.statement(), AGENT, 1, limits(1)),
            new Proposal("other", "shop", VOID_ORDER.statement(), AGENT, 1, limits(1)),
            new Proposal("execute_sql", "shop", VOID_ORDER.statement(), AGENT, 2, limits(1)),
            new Proposal("execute_sql", "shop", VOID_ORDER.statement(), AGENT, 1, limits(2)),
            new Proposal(
                "execute_sql",
                "shop",
                VOID_ORDER.statement(),
                new Requester(PrincipalType.AGENT, "agent-2", "carol"),
                1,
                limits(1)));
    assertThat(others).extracting(Proposal::digest).doesNotContain(VOID_ORDER.digest());
    assertThat(others).extracting(Proposal::digest).doesNotHaveDuplicates();
  }

  private static Proposal with(Statement statement) {
    return new Proposal("execute_sql", "shop", statement, AGENT, 1, limits(1));
  }

  private static Limits limits(int maxRows) {
    return new Limits(maxRows, 30_000);
  }
}
