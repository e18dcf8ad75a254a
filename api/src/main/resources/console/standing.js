/** What the signed-in person may do with an action, and why not. The server decides; this explains. */
import { isOver, statusWords } from './words.js';

const BARRED = {
  PARTY_CANNOT_APPROVE:
    'You may not approve this: it is asked for you or by your own agent. Others must decide.',
  NOT_A_REVIEWER: 'You are in none of the groups that decide this one.',
  STEP_UP_REQUIRED: 'This one needs a fresh sign-in. Sign out and in again, then decide.',
  AGENT_CANNOT_DECIDE: 'Agents never decide.',
};

/**
 * `decides`: it waits for this person. `approve` and `deny`: null where allowed, else why not.
 * `party`: may take the request back.
 */
export function standing(action, session, votes = []) {
  const me = session.person;
  const code = barred(action, me);
  const over = whyOver(action);
  const party = code === 'PARTY_CANNOT_APPROVE';
  const vote = action.viewer?.vote ?? votes.findLast((one) => one.person === me.id)?.decision ?? null;
  return {
    decides: !code && !over && !vote,
    approve: over ?? (code ? (BARRED[code] ?? BARRED.NOT_A_REVIEWER) : null),
    deny: over ?? (code && !party ? (BARRED[code] ?? BARRED.NOT_A_REVIEWER) : null),
    party,
    vote,
    over: over !== null,
  };
}

function whyOver(action) {
  if (action.status === 'PENDING_REVIEW') {
    return null;
  }
  if (action.status === 'EVALUATING') {
    return 'It is still being judged. You can decide as soon as it waits for review.';
  }
  return isOver(action)
    ? `It is over: ${statusWords(action.status)}.`
    : `Nothing is left to decide: ${statusWords(action.status)}.`;
}

/** The server's answer where it gives one; otherwise what can be told from the action itself. */
function barred(action, me) {
  if (action.viewer) {
    return action.viewer.may_approve ? null : (action.viewer.code ?? 'NOT_A_REVIEWER');
  }
  const parties = action.parties ?? [action.requester.on_behalf_of, action.requester.id];
  if (parties.includes(me.id)) {
    return 'PARTY_CANNOT_APPROVE';
  }
  const groups = (action.seats ?? []).map((seat) => seat.group);
  const known = me.review_groups ?? me.groups ?? [];
  return groups.length && !groups.some((group) => known.includes(group)) ? 'NOT_A_REVIEWER' : null;
}
