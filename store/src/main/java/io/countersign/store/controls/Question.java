package io.countersign.store.controls;

/** What is asked of the log, once for each thing it concerns. Whatever does not hold is listed. */
public enum Question {
  APPROVED(
      "Whatever was executed had been approved before, in exactly this form.",
      "for each action.executing: the last action.approved before it has the same revision and"
          + " digest, and rests on votes or on a rule that allows it"),
  VOTES_COUNTED(
      "An approval rests only on votes that were counted before it, for the same digest.",
      "for each vote named by an action.approved: a vote.counted before it has the"
          + " same vote, person and digest, and no vote.withdrawn followed"),
  SEPARATED(
      "Nobody approved what they, or their agent, had asked for.",
      "for each action.executing that people approved: neither the actor of"
          + " action.submitted nor the person it acts for is among the voters"),
  POLICY_KNOWN(
      "Whatever was approved names a version of the policy that had been put in force.",
      "for each action.approved: an entry policy.loaded has its policy version"),
  ENDED_ONCE(
      "An execution comes to exactly one end.",
      "for each action.executing: at most one action.succeeded, and one of action.succeeded,"
          + " action.failed, action.reconciled, or action.unknown followed"),
  STORY_COMPLETE(
      "No step of an executed action is missing.",
      "for each action.executing: an action.submitted, an action.approved and, where"
          + " people decided, an action.pending came before it"),
  DOUBT_DECIDED(
      "Where nobody knew whether something took effect, a person found out.",
      "for each action.unknown: an action.reconciled followed"),
  ROLES_APPROVED(
      "A role is given only after somebody, or a rule, approved it.",
      "for each grant.given: an action.approved came before it"),
  ROLES_ENDED(
      "A role that was given for a time was taken back at its end.",
      "for each grant.given whose end is over: a grant.taken_back or an"
          + " action.reconciled followed"),
  READ_BY_REQUESTER(
      "Only who asked for it took a result away.",
      "for each action.result_read and artifact.sent: its actor is that of action.submitted, or the"
          + " person it acts for"),
  LINKED_BY_PERSON(
      "People themselves link a chat account to theirs, and unlink it.",
      "for each identity.linked and identity.unlinked: the actor is a person"),
  REFUSED_WITHOUT_EFFECT(
      "An attempt that was refused changed nothing.",
      "for each vote.refused, vote.late and policy.rejected: the effect is none"),
  VOTES_NAMED(
      "A counted vote names its voter, the way it came, and what was voted on.",
      "for each vote.counted: the actor is a person with a channel, and voted_digest"
          + " is the digest of the action"),
  TYPE_KNOWN(
      "Whatever is logged is of a type that is documented.",
      "for each entry: its type is one of the closed set"),
  ENTRY_COMPLETE(
      "An entry says what happened, when, to what, by whom, and whether it changed anything.",
      "for each entry: its text is canonical and has v, type, at, actor and effect; an entry of an"
          + " action has its revision; what it is searched by says the same"),
  NO_GAP(
      "The log was written without a pause.",
      "between entries: never more than five minutes, because a heartbeat is due every minute"),
  SIGNED(
      "The log is under signed checkpoints.",
      "for each checkpoint over this range: its signature is that of the log's keys,"
          + " and it says the size and root that are stored"),
  ANCHORED(
      "Checkpoints were given away, so that a rewritten log would be found out.",
      "for all anchors that the service reads: there is one whose checkpoint reaches"
          + " into this range"),
  KEPT(
      "Texts are kept until a signed entry of the log allows them to go.",
      "for each entry without its text: an audit.retention that the key signed let it go, in time");

  private final String sentence;
  private final String query;

  Question(String sentence, String query) {
    this.sentence = sentence;
    this.query = query;
  }

  /** What should hold. */
  public String sentence() {
    return sentence;
  }

  /** How it is asked, in terms of entries. */
  public String query() {
    return query;
  }
}
