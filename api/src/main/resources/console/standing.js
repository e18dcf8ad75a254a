/** What the signed-in person may do with an action, and why not. The server decides. */
import { isOver, statusWords } from './words.js';

const BARRED = {
  PARTY_CANNOT_APPROVE:
    'You may not approve this: it runs for you, through your agent or by your own request. ' +
    'Somebody else must.',
  NOT_A_REVIEWER: 'You are in none of the groups that decide this one.',
};

/**
 * `decides`: it waits for this person. `approve` and `deny`: null where allowed, else why not.
 * `party`: may take the request back. Parties may deny too.
 */
export function standing(action, packet, session) {
  const me = session.person;
  const code = barred(action, packet, me);
  const over = whyOver(action);
  const vote = (packet?.votes ?? []).findLast((one) => one.person === me.id)?.decision ?? null;
  return {
    decides: !code && !over && !vote,
    approve: over ?? (code ? BARRED[code] : null),
    deny: over ?? (code === 'NOT_A_REVIEWER' ? BARRED[code] : null),
    party: code === 'PARTY_CANNOT_APPROVE',
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

function barred(action, packet, me) {
  const asks = [action.requester.id, action.requester.on_behalf_of].includes(me.id);
  if (packet?.party || asks) {
    return 'PARTY_CANNOT_APPROVE';
  }
  return packet?.reviewer ? null : 'NOT_A_REVIEWER';
}
