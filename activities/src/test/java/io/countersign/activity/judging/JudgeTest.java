package io.countersign.activity.judging;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.ExecuteSql;
import io.countersign.action.Limits;
import io.countersign.action.PrincipalType;
import io.countersign.action.Proposal;
import io.countersign.action.Requester;
import io.countersign.activity.execution.ExecutionFixture;
import io.countersign.policy.PolicyFile;
import io.countersign.sql.ParserPool;
import io.countersign.sql.StatementAnalyser;
import io.countersign.sql.StatementClass;
import io.countersign.sql.Understanding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JudgeTest {
  private static final String SQL = "select name from customers";

  @TempDir private Path folder;

  @Test
  void sameTextMeansWhatEachTargetSays() throws Exception {
    Path policy = folder.resolve("policy.yml");
    Files.writeString(
        policy,
        """
        version: 1
        groups: {dba: {idp: dba}}
        defaults: {pending_for: 1h, approved_for: 10m}
        rules:
          - {name: reads, when: 'sql.class == "read"', then: allow}
        """);
    try (ParserPool pool = new ParserPool(1, Duration.ofSeconds(5));
        ExecutionFixture shop = new ExecutionFixture();
        ExecutionFixture archive = new ExecutionFixture()) {
      archive.sql(
          """
          alter table customers rename to people;
          create function wipe() returns text language sql as 'delete from orders returning status';
          create view customers as select id, wipe() as name from people;
          grant select on customers to NAME_read;
          """
              .replace("NAME", archive.name()));
      StatementAnalyser analyser = new StatementAnalyser(pool);
      Judge judge =
          new Judge(
              PolicyFile.open(policy),
              analyser,
              Map.of(
                  "shop", new TargetCatalogue(shop.target, analyser),
                  "archive", new TargetCatalogue(archive.target, analyser)),
              Clock.systemUTC());

      Understanding inShop = understand(judge, "shop");
      assertThat(inShop.analysis().statementClass()).isEqualTo(StatementClass.READ);
      Understanding inArchive = understand(judge, "archive");
      assertThat(inArchive.analysis().statementClass()).isEqualTo(StatementClass.UNKNOWN);
      // An estimate may object too: what the names mean there has to be the catalogue's own answer.
      assertThat(inArchive.resolution().fingerprint())
          .isNotEqualTo(inShop.resolution().fingerprint());
      assertThat(understand(judge, "shop")).isEqualTo(inShop);
      assertThat(pool.metrics().parsed()).as("parses of text and view").isLessThan(4);
    }
  }

  private static Understanding understand(Judge judge, String target) {
    Proposal proposal =
        new Proposal(
            target,
            new ExecuteSql(SQL, List.of()),
            new Requester(PrincipalType.AGENT, "agent-1", "carol"),
            1,
            new Limits(100, 10_000));
    return judge.establish(proposal, List.of()).orElseThrow().understanding();
  }
}
