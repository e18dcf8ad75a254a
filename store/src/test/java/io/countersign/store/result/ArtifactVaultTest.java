package io.countersign.store.result;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Digest;
import io.countersign.action.ExportData;
import io.countersign.action.Limits;
import io.countersign.action.PrincipalType;
import io.countersign.action.Proposal;
import io.countersign.action.Requester;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.store.TestDatabase;
import io.countersign.store.action.ActionStore;
import io.countersign.store.action.Change;
import io.countersign.store.action.NewAction;
import io.countersign.store.result.ArtifactVault.Artifact;
import io.countersign.store.result.ArtifactVault.State;
import io.countersign.store.result.ArtifactVault.Written;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArtifactVaultTest {
  private final TestDatabase test = TestDatabase.create();
  private final Jdbi jdbi = test.database().jdbi();
  private final ArtifactVault vault = new ArtifactVault(jdbi, new byte[32], Duration.ofHours(1));

  @AfterEach
  void close() {
    test.close();
  }

  /** An action that executes under its first fence. */
  private ActionId executing() {
    ActionId id = ActionId.random();
    Proposal proposal =
        new Proposal(
            "shop",
            new ExportData("select 1", List.of(), ExportData.Format.CSV),
            new Requester(PrincipalType.AGENT, "agent-1", null),
            1,
            new Limits(1, 1));
    ActionStore actions = new ActionStore(jdbi);
    Instant now = Instant.now();
    actions.submit(
        new NewAction(id, proposal, "", null, List.of(), Set.of(), null, "h", now),
        event(id, EventType.ACTION_SUBMITTED));
    actions.transition(
        id,
        Set.of(ActionStatus.EVALUATING),
        ActionStatus.EXECUTING,
        Change.NONE,
        event(id, EventType.ACTION_EXECUTING));
    fence(id, 1);
    return id;
  }

  private static Event event(ActionId id, EventType type) {
    return new Event(
        Instant.now(),
        type,
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
  }

  private void fence(ActionId id, long fence) {
    jdbi.useHandle(
        handle -> handle.execute("update action set fence = ? where id = ?", fence, id.value()));
  }

  private static Written write(ArtifactWriter writer, String... pieces) {
    for (int i = 0; i < pieces.length - 1; i++) {
      assertThat(writer.add(pieces[i].getBytes(UTF_8), pieces[i].length(), i + 1L)).isTrue();
    }
    String last = pieces[pieces.length - 1];
    return writer.finish(last.getBytes(UTF_8), last.length(), pieces.length).orElseThrow();
  }

  private Written ready(ActionId id, String... pieces) {
    Written file = write(vault.begin(id, 1, "csv").orElseThrow(), pieces);
    assertThat(complete(id, file)).isTrue();
    return file;
  }

  private boolean complete(ActionId id, Written file) {
    return jdbi.inTransaction(handle -> vault.complete(handle, id, file));
  }

  private Optional<ArtifactReader> take(ActionId id) {
    return jdbi.inTransaction(handle -> vault.take(handle, id));
  }

  private static String text(ArtifactReader file) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    file.writeTo(out);
    return out.toString(UTF_8);
  }

  private long chunks(ActionId id) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery("select count(*) from artifact_chunk where action_id = :id")
                .bind("id", id.value())
                .mapTo(Long.class)
                .one());
  }

  private State state(ActionId id) {
    return vault.find(id).orElseThrow().state();
  }

  @Test
  void fileComesBackAsItWasWritten() throws Exception {
    ActionId id = executing();
    Written file = ready(id, "one,", "two,", "three");
    assertThat(file.sha256()).isEqualTo(Digest.sha256("one,two,three").value());
    assertThat(file.bytes()).isEqualTo(13);
    Artifact told = vault.find(id).orElseThrow();
    assertThat(told.state()).isEqualTo(State.READY);
    assertThat(told.rows()).isEqualTo(3);
    ArtifactReader reader = take(id).orElseThrow();
    assertThat(text(reader)).isEqualTo("one,two,three");
    assertThat(reader.sent()).isEqualTo(13);
    assertThat(reader.sha256()).isEqualTo(file.sha256());
  }

  @Test
  void emptyFileHasOneLastPiece() throws Exception {
    ActionId id = executing();
    assertThat(ready(id, "").chunks()).isEqualTo(1);
    assertThat(text(take(id).orElseThrow())).isEmpty();
  }

  @Test
  void nothingReadableIsStored() {
    ActionId id = executing();
    ready(id, "secret-one", "secret-two");
    String stored =
        jdbi.withHandle(
            handle ->
                handle
                    .createQuery(
                        "select string_agg(encode(ciphertext, 'escape'), '')"
                            + " from artifact_chunk")
                    .mapTo(String.class)
                    .one());
    assertThat(stored).isNotEmpty().doesNotContain("secret");
  }

  @Test
  void fileIsDownloadedOnce() throws Exception {
    ActionId id = executing();
    ready(id, "one", "two");
    ArtifactReader first = take(id).orElseThrow();
    assertThat(take(id)).isEmpty();
    assertThat(state(id)).isEqualTo(State.TAKEN);
    assertThat(text(first)).isEqualTo("onetwo");
    first.shred();
    assertThat(chunks(id)).isZero();
    assertThat(state(id)).isEqualTo(State.TAKEN);
  }

  @Test
  void brokenDownloadSaysHowFarItCame() {
    ActionId id = executing();
    ready(id, "12345", "67890");
    ArtifactReader file = take(id).orElseThrow();
    OutputStream broken =
        new OutputStream() {
          private int pieces;

          @Override
          public void write(int b) {
            throw new AssertionError("one byte only");
          }

          @Override
          public void write(byte[] bytes, int offset, int length) throws IOException {
            if (++pieces == 2) {
              throw new IOException("gone");
            }
          }
        };
    assertThatThrownBy(() -> file.writeTo(broken)).isInstanceOf(IOException.class);
    assertThat(file.sent()).isEqualTo(5);
  }

  @Test
  void unfinishedFileIsNeverHandedOut() {
    ActionId id = executing();
    ArtifactWriter writer = vault.begin(id, 1, "csv").orElseThrow();
    assertThat(writer.add("a".getBytes(UTF_8), 1, 1)).isTrue();
    assertThat(state(id)).isEqualTo(State.WRITING);
    assertThat(vault.find(id).orElseThrow().rows()).isEqualTo(1);
    assertThat(take(id)).isEmpty();
    Written early = new Written(1, 5, 1, 1, Digest.sha256("a").value());
    assertThat(complete(id, early)).as("with pieces missing").isFalse();
    assertThat(take(id)).isEmpty();
  }

  @Test
  void laterAttemptReplacesAnEarlierOne() throws Exception {
    ActionId id = executing();
    ArtifactWriter killed = vault.begin(id, 1, "csv").orElseThrow();
    assertThat(killed.add("old".getBytes(UTF_8), 3, 1)).isTrue();
    fence(id, 2);
    ArtifactWriter second = vault.begin(id, 2, "csv").orElseThrow();
    assertThat(chunks(id)).as("the killed attempt's are deleted").isZero();
    assertThat(killed.add("old".getBytes(UTF_8), 3, 2)).as("woken up").isFalse();
    assertThat(vault.begin(id, 1, "csv")).isEmpty();
    assertThat(complete(id, write(second, "new"))).isTrue();
    assertThat(text(take(id).orElseThrow())).isEqualTo("new");
  }

  @Test
  void attemptThatLostTheFenceAddsNothing() {
    ActionId id = executing();
    ArtifactWriter writer = vault.begin(id, 1, "csv").orElseThrow();
    fence(id, 2);
    assertThat(writer.add("a".getBytes(UTF_8), 1, 1)).isFalse();
    assertThat(writer.finish("a".getBytes(UTF_8), 1, 1)).isEmpty();
    assertThat(chunks(id)).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "swap two pieces",
        "drop the last piece",
        "drop a piece in the middle",
        "repeat a piece",
        "take a piece of another file",
        "take the whole of another file",
        "change a bit",
        "claim another digest",
      })
  void tamperedFileDoesNotLeaveWhole(String how) {
    ActionId id = executing();
    ActionId other = executing();
    ready(id, "one", "two", "six");
    ready(other, "ten", "red", "sky");
    String sql =
        switch (how) {
          case "swap two pieces" ->
              """
              update artifact_chunk set number = -number - 1 + 2 + 8 where number in (0, 1)
                and action_id = :id;
              update artifact_chunk set number = number - 8 where number > 7 and action_id = :id
              """;
          case "drop the last piece" ->
              """
              delete from artifact_chunk where number = 2 and action_id = :id;
              update artifact set chunks = 2 where action_id = :id
              """;
          case "drop a piece in the middle" ->
              """
              delete from artifact_chunk where number = 1 and action_id = :id;
              update artifact_chunk set number = 1 where number = 2 and action_id = :id;
              update artifact set chunks = 2 where action_id = :id
              """;
          case "repeat a piece" ->
              """
              update artifact_chunk c set ciphertext = o.ciphertext from artifact_chunk o
              where c.number = 1 and o.number = 0 and c.action_id = :id and o.action_id = :id
              """;
          case "take a piece of another file" ->
              """
              update artifact_chunk c set ciphertext = o.ciphertext from artifact_chunk o
              where c.number = 1 and o.number = 1 and c.action_id = :id and o.action_id = :other
              """;
          case "take the whole of another file" ->
              """
              update artifact_chunk c set ciphertext = o.ciphertext from artifact_chunk o
              where c.number = o.number and c.action_id = :id and o.action_id = :other;
              update artifact c set wrapped_key = o.wrapped_key, sha256 = o.sha256 from artifact o
              where c.action_id = :id and o.action_id = :other
              """;
          case "change a bit" ->
              """
              update artifact_chunk set ciphertext = set_bit(ciphertext, 100,
                1 - get_bit(ciphertext, 100)) where number = 2 and action_id = :id
              """;
          default -> "update artifact set sha256 = 'sha256:00' where action_id = :id";
        };
    jdbi.useHandle(
        handle -> {
          for (String statement : sql.split(";", -1)) {
            String bound = statement.replace(":id", quoted(id)).replace(":other", quoted(other));
            assertThat(handle.execute(bound)).isPositive();
          }
        });
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThatThrownBy(() -> take(id).orElseThrow().writeTo(out))
        .isInstanceOf(IllegalStateException.class);
    assertThat("onetwosix").as("what left before").startsWith(out.toString(UTF_8));
    assertThat(out.size()).isLessThan(9);
  }

  private static String quoted(ActionId id) {
    return "'" + id.value() + "'";
  }

  @Test
  void expiredFileIsShredded() {
    ArtifactVault brief = new ArtifactVault(jdbi, new byte[32], Duration.ofSeconds(-1));
    ActionId id = executing();
    Written file = write(brief.begin(id, 1, "csv").orElseThrow(), "a", "b");
    jdbi.useTransaction(handle -> assertThat(brief.complete(handle, id, file)).isTrue());
    assertThat(state(id)).isEqualTo(State.EXPIRED);
    assertThat(take(id)).isEmpty();
    assertThat(vault.deleteExpired()).isEqualTo(2);
    assertThat(chunks(id)).isZero();
    assertThat(state(id)).isEqualTo(State.EXPIRED);
    assertThat(keys()).isZero();
  }

  @Test
  void leftoversOfDeadProcessesAreDeletedInTheEnd() {
    ActionId killed = executing();
    assertThat(vault.begin(killed, 1, "csv").orElseThrow().add(new byte[1], 1, 1)).isTrue();
    ActionId taken = executing();
    ready(taken, "a");
    assertThat(take(taken)).isPresent();
    assertThat(vault.deleteExpired()).isZero();
    jdbi.useHandle(
        handle ->
            handle.execute(
                """
                update artifact set expires_at = expires_at - interval '3 days',
                  taken_at = taken_at - interval '1 day'
                """));
    assertThat(vault.deleteExpired()).isEqualTo(2);
    assertThat(chunks(killed) + chunks(taken)).isZero();
    assertThat(keys()).isZero();
    assertThat(vault.find(killed)).isEmpty();
    assertThat(state(taken)).isEqualTo(State.TAKEN);
  }

  private long keys() {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery("select count(*) from artifact where wrapped_key is not null")
                .mapTo(Long.class)
                .one());
  }
}
