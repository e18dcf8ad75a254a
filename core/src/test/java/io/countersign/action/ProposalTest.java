package io.countersign.action;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The sample vectors that define the action digest; other implementations test against them. */
class ProposalTest {
  private static final Requester AGENT = new Requester(PrincipalType.AGENT, "agent-1", "carol");
  private static final String SQL = "update orders set status='void' where id=$1";
  private static final Proposal VOID_ORDER =
      new Proposal("shop", new ExecuteSql(SQL, List.of("42")), AGENT, 1, new Limits(1, 30_000));

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
            "shop",
            new ExecuteSql("select 'é\n\"\\' -- \u202e", Arrays.asList(null, "x\ty")),
            new Requester(PrincipalType.PERSON, "bob", null),
            2,
            new Limits(10_000, 30_000));
    assertThat(read.digest())
        .hasToString("sha256:8cbb04b7639cea230aa2a2eb76715754c09742158091921c4a17f7d4a7ea1614");
  }

  @Test
  void digestOfEveryOtherKind() {
    // Only `arguments` and `kind` differ from the first vector:
    // {"format":"csv","params":[],"sql":"select 1"}
    assertThat(with(new ExportData("select 1", List.of(), ExportData.Format.CSV)).digest())
        .hasToString("sha256:cfd907c882ec057a879f43f1e4170deba4c10b7eaffa3c7d683d038288448395");
    // {"name":"add-note","rollback_statements":["drop table note"],
    //  "statements":["create table note (id int)","create index on note (id)"]}
    assertThat(
            with(new ApplyMigration(
                    "add-note",
                    List.of("create table note (id int)", "create index on note (id)"),
                    List.of("drop table note")))
                .digest())
        .hasToString("sha256:542053b473bf2c87d1507a968dce587897973cbd7d9679dbd50faf4bbcbec514");
    // {"duration":"PT1H","grantee":"ana","role":"reader"}
    assertThat(with(new GrantRole("reader", "ana", Duration.ofMinutes(60))).digest())
        .hasToString("sha256:509ac3c89209318942cfc094cf508db894fa85255e844acef0d67cd0be001946");
    // {"operation":"scale","parameters":{"count":3,"name":"web","now":true}}
    assertThat(
            with(new ChangeInfrastructure(
                    "scale", new TreeMap<>(Map.of("name", "web", "count", 3, "now", true))))
                .digest())
        .hasToString("sha256:a1e569b63cb7c1343a59f49aa34a0a3730be9f671e3fdb4bb14c4bb02f98c1aa");
  }

  @Test
  void everyKindReadsAsItWasWritten() {
    List<Arguments> all =
        List.of(
            new ExecuteSql("select $1", Arrays.asList((String) null)),
            new ExportData("select 1", List.of("x"), ExportData.Format.JSONL),
            new ApplyMigration("name", List.of("create table t (i int)"), List.of()),
            new GrantRole("reader", "ana", Duration.ofMinutes(5)),
            new ChangeInfrastructure("scale", new TreeMap<>(Map.of("count", 3))));
    assertThat(all)
        .allSatisfy(
            arguments -> {
              String text = Json.write(arguments);
              assertThat(Json.read(text, Arguments.class)).isEqualTo(arguments);
              assertThat(text).startsWith("{\"kind\":\"" + arguments.kind().wireName());
            });
    assertThat(all).extracting(Arguments::kind).containsExactlyInAnyOrder(ActionKind.values());
  }

  @Test
  void everythingThatRunsIsInTheDigest() {
    List<Proposal> others =
        List.of(
            with(new ExecuteSql(SQL + " ", List.of("42"))),
            with(new ExecuteSql(SQL, List.of("43"))),
            new Proposal("shop2", VOID_ORDER.arguments(), AGENT, 1, limits(1)),
            with(new ExportData(SQL, List.of("42"), ExportData.Format.CSV)),
            with(new ExportData(SQL, List.of("42"), ExportData.Format.JSONL)),
            new Proposal("shop", VOID_ORDER.arguments(), AGENT, 2, limits(1)),
            new Proposal("shop", VOID_ORDER.arguments(), AGENT, 1, limits(2)),
            new Proposal(
                "shop",
                VOID_ORDER.arguments(),
                new Requester(PrincipalType.AGENT, "agent-2", "carol"),
                1,
                limits(1)));
    assertThat(others).extracting(Proposal::digest).doesNotContain(VOID_ORDER.digest());
    assertThat(others).extracting(Proposal::digest).doesNotHaveDuplicates();
  }

  private static Proposal with(Arguments arguments) {
    return new Proposal("shop", arguments, AGENT, 1, limits(1));
  }

  private static Limits limits(int maxRows) {
    return new Limits(maxRows, 30_000);
  }
}
