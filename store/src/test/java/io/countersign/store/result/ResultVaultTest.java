package io.countersign.store.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.ActionId;
import io.countersign.action.Digest;
import io.countersign.action.ExecuteSql;
import io.countersign.action.Limits;
import io.countersign.action.PrincipalType;
import io.countersign.action.Proposal;
import io.countersign.action.Requester;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.store.TestDatabase;
import io.countersign.store.action.ActionStore;
import io.countersign.store.action.NewAction;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ResultVaultTest {
  private final TestDatabase test = TestDatabase.create();
  private final Jdbi jdbi = test.database().jdbi();

  @AfterEach
  void close() {
    test.close();
  }

  private ActionId action() {
    ActionId id = ActionId.random();
    Proposal proposal =
        new Proposal(
            "shop",
            new ExecuteSql("select 1", List.of()),
            new Requester(PrincipalType.AGENT, "agent-1", null),
            1,
            new Limits(1, 1));
    Event event =
        new Event(
            Instant.now(),
            EventType.ACTION_SUBMITTED,
            id,
            1,
            null,
            null,
            Event.Actor.SYSTEM,
            null,
            Event.Effect.CHANGED,
            null,
            null,
            Map.of());
    new ActionStore(jdbi)
        .submit(
            new NewAction(id, proposal, "", null, List.of(), Set.of(), null, "h", Instant.now()),
            event);
    return id;
  }

  private ResultTable.Written put(ResultVault vault, ActionId id, boolean counts) {
    ResultTable table =
        new ResultTable(
            List.of(new ResultTable.Column("n", "text", false)),
            List.of(List.of("row")),
            false,
            "salt");
    ResultTable.Written text = table.write();
    jdbi.useTransaction(handle -> vault.put(handle, id, 1, counts, table, text));
    return text;
  }

  @Test
  void readsWhatCountsAndNothingElse() {
    ResultVault vault = new ResultVault(jdbi, new byte[32], Duration.ofHours(1));
    ActionId done = action();
    ActionId open = action();
    ResultTable.Written text = put(vault, done, true);
    put(vault, open, false);
    assertThat(vault.read(done)).contains(text.json());
    assertThat(vault.read(open)).isEmpty();
    assertThat(vault.read(ActionId.random())).isEmpty();
  }

  @Test
  void digestIsOfTheTextWithoutIt() {
    ResultVault vault = new ResultVault(jdbi, new byte[32], Duration.ofHours(1));
    ResultTable.Written text = put(vault, action(), true);
    String without = text.json().replace(",\"sha256\":\"" + text.sha256() + "\"", "");
    assertThat(without).isNotEqualTo(text.json());
    assertThat(Digest.sha256(without).value()).isEqualTo(text.sha256());
  }

  @Test
  void rowsOfAnotherActionOrKeyDoNotOpen() {
    ResultVault vault = new ResultVault(jdbi, new byte[32], Duration.ofHours(1));
    ActionId mine = action();
    ActionId other = action();
    put(vault, mine, true);
    put(vault, other, true);
    byte[] otherKey = new byte[32];
    otherKey[0] = 1;
    ResultVault stranger = new ResultVault(jdbi, otherKey, Duration.ofHours(1));
    assertThatThrownBy(() -> stranger.read(mine)).isInstanceOf(IllegalStateException.class);
    jdbi.useHandle(
        handle ->
            handle.execute(
                """
                update result set ciphertext = o.ciphertext, wrapped_key = o.wrapped_key
                from (select * from result where action_id = ?) o where result.action_id = ?
                """,
                other.value(),
                mine.value()));
    assertThatThrownBy(() -> vault.read(mine)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void expiredResultIsGone() {
    ResultVault vault = new ResultVault(jdbi, new byte[32], Duration.ofSeconds(-1));
    ActionId id = action();
    put(vault, id, true);
    assertThat(vault.read(id)).isEmpty();
    assertThat(vault.deleteExpired()).isEqualTo(1);
  }

  @Test
  void keyOfAnotherLengthIsRefused() {
    assertThatThrownBy(() -> new ResultVault(jdbi, new byte[16], Duration.ofHours(1)))
        .hasMessage("results.key: expected 32 bytes");
  }
}
