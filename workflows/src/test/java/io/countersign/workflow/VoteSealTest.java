package io.countersign.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.ActionId;
import io.countersign.action.Decision;
import io.countersign.action.Digest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VoteSealTest {
  private static final VoteSeal SEAL = new VoteSeal(key("a"));
  private static final SealedVote VOTE =
      SEAL.seal(
          new SealedVote(
              "v1",
              new ActionId("act_00000000000000000000000001"),
              Digest.sha256("x"),
              "bob",
              Decision.APPROVE,
              "api",
              Instant.EPOCH,
              ""));

  @Test
  void ourOwnSealIsGenuine() {
    assertThat(SEAL.isGenuine(VOTE)).isTrue();
  }

  @Test
  void anotherKeyIsNot() {
    assertThat(new VoteSeal(key("b")).isGenuine(VOTE)).isFalse();
  }

  @Test
  void everyFieldIsSealed() {
    ActionId other = new ActionId("act_00000000000000000000000002");
    Digest digest = Digest.sha256("y");
    Instant later = Instant.ofEpochMilli(1);
    List<SealedVote> altered =
        List.of(
            vote("v2", VOTE.actionId(), VOTE.digest(), "bob", Decision.APPROVE, "api", null),
            vote("v1", other, VOTE.digest(), "bob", Decision.APPROVE, "api", null),
            vote("v1", VOTE.actionId(), digest, "bob", Decision.APPROVE, "api", null),
            vote("v1", VOTE.actionId(), VOTE.digest(), "eve", Decision.APPROVE, "api", null),
            vote("v1", VOTE.actionId(), VOTE.digest(), "bob", Decision.DENY, "api", null),
            vote("v1", VOTE.actionId(), VOTE.digest(), "bob", Decision.APPROVE, "slack", null),
            vote("v1", VOTE.actionId(), VOTE.digest(), "bob", Decision.APPROVE, "api", later));
    assertThat(altered).noneMatch(SEAL::isGenuine);
  }

  @Test
  void aShortKeyIsRefused() {
    assertThatThrownBy(() -> new VoteSeal(new byte[31]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("votes.key");
  }

  private static SealedVote vote(
      String id,
      ActionId action,
      Digest digest,
      String person,
      Decision decision,
      String channel,
      @Nullable Instant at) {
    Instant when = at == null ? VOTE.receivedAt() : at;
    return new SealedVote(id, action, digest, person, decision, channel, when, VOTE.mac());
  }

  private static byte[] key(String letter) {
    return letter.repeat(32).getBytes(StandardCharsets.UTF_8);
  }
}
