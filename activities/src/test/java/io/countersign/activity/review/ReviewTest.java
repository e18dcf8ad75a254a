package io.countersign.activity.review;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Code;
import io.countersign.action.Decision;
import io.countersign.action.Digest;
import io.countersign.action.Tally;
import io.countersign.store.TestDatabase;
import io.countersign.store.action.ActionRow;
import io.countersign.workflow.ReviewActivities.Settled;
import io.countersign.workflow.SealedVote;
import io.countersign.workflow.Standing;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may decide, what is recorded, and the second look; on a real PostgreSQL. */
class ReviewTest {
  private static final TestDatabase TEST = TestDatabase.create();

  @TempDir Path folder;
  private ReviewFixture review;

  @AfterAll
  static void close() {
    TEST.close();
  }

  @BeforeEach
  void openPolicy() throws Exception {
    review = new ReviewFixture(TEST, folder.resolve("policy.yml"));
  }

  @Test
  void anEligibleVoteCountsAndIsEvidence() {
    ActionId id = review.pending();
    Settled settled = review.vote(id, "bob", Decision.APPROVE);
    assertThat(settled.receipt().counted()).isTrue();
    assertThat(settled.votes()).singleElement().matches(vote -> vote.personId().equals("bob"));
    assertThat(review.evidence(id)).endsWith("vote.counted");
  }

  @Test
  void aPartyCannotApproveButMayDeny() {
    ActionId id = review.pending();
    assertThat(review.vote(id, "carol", Decision.APPROVE).receipt().code())
        .isEqualTo(Code.PARTY_CANNOT_APPROVE);
    assertThat(review.evidence(id)).endsWith("vote.refused");
    assertThat(review.vote(id, "carol", Decision.DENY).receipt().counted()).isTrue();
  }

  @Test
  void whoHoldsNoSeatIsNoReviewer() {
    ActionId id = review.pending();
    assertThat(review.vote(id, "erin", Decision.APPROVE).receipt().code())
        .isEqualTo(Code.NOT_A_REVIEWER);
    assertThat(review.vote(id, "nobody", Decision.DENY).receipt().code())
        .isEqualTo(Code.NOT_A_REVIEWER);
  }

  @Test
  void aVoteOnAnotherDigestIsStale() {
    ActionId id = review.pending();
    SealedVote stale = review.cast(id, "bob", Decision.APPROVE, Digest.sha256("other"), "api");
    assertThat(review.settle(stale).receipt().code()).isEqualTo(Code.STALE_DIGEST);
    assertThat(review.settle(stale).votes()).isEmpty();
  }

  @Test
  void aVoteWithoutABallotOrWithAnotherSealIsRefusedAndRecorded() {
    ActionId id = review.pending();
    SealedVote genuine = review.sealed(id, "bob", Decision.APPROVE);
    assertThat(review.settle(genuine).receipt().code()).isEqualTo(Code.FORBIDDEN);
    SealedVote cast = review.cast(id, "bob", Decision.APPROVE, review.row(id).digest(), "api");
    SealedVote altered =
        new SealedVote(
            cast.voteId(),
            id,
            cast.digest(),
            "alice",
            cast.decision(),
            cast.channel(),
            cast.receivedAt(),
            cast.mac());
    assertThat(review.settle(altered).receipt().code()).isEqualTo(Code.FORBIDDEN);
    assertThat(review.settle(altered).votes()).isEmpty();
    assertThat(review.evidence(id)).endsWith("vote.refused", "vote.refused", "vote.refused");
  }

  @Test
  void aVoteWithoutOurSealIsRefusedThoughItsBallotIsThere() {
    ActionId id = review.pending();
    SealedVote cast = review.cast(id, "bob", Decision.APPROVE, review.row(id).digest(), "api");
    SealedVote unsealed =
        new SealedVote(
            cast.voteId(),
            id,
            cast.digest(),
            cast.personId(),
            cast.decision(),
            cast.channel(),
            cast.receivedAt(),
            "0".repeat(64));
    assertThat(review.settle(unsealed).receipt().code()).isEqualTo(Code.FORBIDDEN);
    assertThat(review.settle(cast).receipt().counted()).isTrue();
  }

  @Test
  void aRepeatedVoteIsOneVoteAndOneEvent() {
    ActionId id = review.pending();
    SealedVote vote = review.cast(id, "bob", Decision.APPROVE, review.row(id).digest(), "api");
    review.settle(vote);
    assertThat(review.settle(vote).receipt().counted()).isTrue();
    assertThat(review.evidence(id)).containsOnlyOnce("vote.counted");
  }

  @Test
  void aSecondVoteOfOnePersonReplacesTheFirst() {
    ActionId id = review.pending();
    review.vote(id, "bob", Decision.APPROVE);
    assertThat(review.vote(id, "bob", Decision.DENY).votes())
        .singleElement()
        .matches(vote -> vote.decision() == Decision.DENY);
  }

  @Test
  void aWithdrawnVoteIsGone() {
    ActionId id = review.pending();
    review.vote(id, "bob", Decision.APPROVE);
    assertThat(review.vote(id, "bob", Decision.WITHDRAW).votes()).isEmpty();
    assertThat(review.evidence(id)).endsWith("vote.withdrawn");
  }

  @Test
  void hiddenValuesCannotBeApprovedInChat() {
    ActionId id = review.pending();
    SealedVote chat = review.cast(id, "bob", Decision.APPROVE, review.row(id).digest(), "slack");
    assertThat(review.settle(chat).receipt().code()).isEqualTo(Code.STEP_UP_REQUIRED);
    SealedVote deny = review.cast(id, "bob", Decision.DENY, review.row(id).digest(), "slack");
    assertThat(review.settle(deny).receipt().counted()).isTrue();
  }

  @Test
  void theQuorumApproves() {
    ActionId id = review.pending();
    review.vote(id, "bob", Decision.APPROVE);
    assertThat(review.approve(id).status()).isEqualTo(ActionStatus.PENDING_REVIEW);
    review.vote(id, "alice", Decision.APPROVE);
    assertThat(review.approve(id).status()).isEqualTo(ActionStatus.APPROVED);
    ActionRow row = review.row(id);
    assertThat(row.executeBefore()).isAfter(row.approvedAt());
    assertThat(review.evidence(id)).containsOnlyOnce("action.approved");
  }

  @Test
  void aVoterWhoLostTheGroupOrLeftDropsOut() {
    for (Runnable loss : List.<Runnable>of(review::removeBobFromDba, review::deactivateBob)) {
      review.seedPeople();
      ActionId id = review.pending();
      review.vote(id, "bob", Decision.APPROVE);
      review.vote(id, "alice", Decision.APPROVE);
      loss.run();
      Standing standing = review.approve(id);
      assertThat(standing.status()).isEqualTo(ActionStatus.PENDING_REVIEW);
      assertThat(standing.votes()).singleElement().matches(v -> v.personId().equals("alice"));
      assertThat(review.evidence(id)).contains("vote.withdrawn");
    }
  }

  @Test
  void anApprovedActionGoesBackToReviewWhenAVoterLostTheSeat() {
    ActionId id = review.pending();
    review.vote(id, "bob", Decision.APPROVE);
    review.vote(id, "alice", Decision.APPROVE);
    review.approve(id);
    review.removeBobFromDba();
    assertThat(review.approve(id).status()).isEqualTo(ActionStatus.PENDING_REVIEW);
  }

  @Test
  void aTightenedPolicyAppliesToWhatWaits() throws Exception {
    ActionId id = review.pending();
    review.vote(id, "bob", Decision.APPROVE);
    review.vote(id, "alice", Decision.APPROVE);
    review.policy("review", "{dba: 2, security: 1}");
    Standing standing = review.approve(id);
    assertThat(standing.status()).isEqualTo(ActionStatus.PENDING_REVIEW);
    assertThat(Tally.of(standing.requirement(), 1, standing.votes()).outcome())
        .isEqualTo(Tally.Outcome.OPEN);
    assertThat(review.codes(id)).contains("POLICY_TIGHTENED");
  }

  @Test
  void aLoosenedPolicyIsIgnored() throws Exception {
    ActionId id = review.pending();
    review.vote(id, "bob", Decision.APPROVE);
    review.policy("review", "{dba: 1}");
    assertThat(review.approve(id).status()).isEqualTo(ActionStatus.PENDING_REVIEW);
  }

  @Test
  void aPolicyThatRefusesNowEndsIt() throws Exception {
    ActionId id = review.pending();
    review.vote(id, "bob", Decision.APPROVE);
    review.vote(id, "alice", Decision.APPROVE);
    review.policy("refuse", "");
    assertThat(review.approve(id).status()).isEqualTo(ActionStatus.DENIED);
  }

  @Test
  void escalationAddsOnceAndNeverLowers() {
    ActionId id = review.pending();
    int before = review.row(id).requirement().alternatives().size();
    Standing once = review.escalate(id, 1);
    Standing again = review.escalate(id, 1);
    assertThat(once.requirement().alternatives()).hasSizeGreaterThanOrEqualTo(before);
    assertThat(once.requirement().alternatives())
        .containsAll(review.row(id).requirement().alternatives().subList(0, before));
    assertThat(again).isEqualTo(once);
    assertThat(review.evidence(id)).containsOnlyOnce("action.escalated");
  }

  @Test
  void theFirstEndWins() {
    ActionId id = review.pending();
    assertThat(review.end(id, ActionStatus.EXPIRED)).isEqualTo(ActionStatus.EXPIRED);
    assertThat(review.end(id, ActionStatus.DENIED)).isEqualTo(ActionStatus.EXPIRED);
    assertThat(review.vote(id, "bob", Decision.APPROVE).receipt().code())
        .isEqualTo(Code.NOT_PENDING);
    assertThat(review.evidence(id)).endsWith("action.expired", "vote.late");
  }
}
