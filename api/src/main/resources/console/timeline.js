/** What happened so far, from the evidence. */
import { el } from './dom.js';
import { moment } from './parts.js';
import { personWords, when } from './words.js';

const WORDS = {
  'action.submitted': () => 'Asked',
  'action.judged': () => 'Judged by the policy',
  'action.refused': () => 'Refused by the policy',
  'action.pending': () => 'Waits for review',
  'action.shown': () => 'Shown to reviewers',
  'action.reminded': () => 'Reviewers reminded',
  'action.escalated': () => 'More people told',
  'action.expired': () => 'Time ran out: not approved',
  'action.cancelled': (who) => `Cancelled by ${who}`,
  'action.denied': () => 'Denied',
  'action.approved': () => 'Approved',
  'action.lapsed': () => 'Approval ran out before it started',
  'action.revoked': (who) => `Approval revoked by ${who}`,
  'action.executing': () => 'Started on the target',
  'action.succeeded': () => 'Done',
  'action.failed': () => 'Failed, rolled back',
  'action.unknown': () => 'Outcome not known',
  'action.result_read': () => 'Result read',
  'vote.refused': (who) => `A vote of ${who} was refused`,
  'vote.withdrawn': (who) => `${who} took the vote back`,
  'vote.late': (who) => `${who} voted after the end`,
};

const REFUSAL = {
  PARTY_CANNOT_APPROVE: 'it is their own request',
  NOT_A_REVIEWER: 'not in a group that decides this',
  STALE_DIGEST: 'the vote was for other bytes',
  AGENT_CANNOT_DECIDE: 'agents never decide',
  NOT_PENDING: 'it was no longer waiting',
  NOT_LINKED: 'the chat account is not linked to a person',
};

const OK = ['action.approved', 'action.succeeded', 'vote.counted'];
const NO = [
  'action.refused', 'action.expired', 'action.denied', 'action.failed', 'action.unknown',
  'action.lapsed', 'action.revoked', 'vote.refused',
];

/** Who voted what, oldest first; a vote taken back is gone. */
export function votesIn(items) {
  const votes = [];
  for (const item of items) {
    if (item.type === 'vote.counted') {
      votes.push({ person: item.actor?.id, decision: decisionOf(item) });
    } else if (item.type === 'vote.withdrawn') {
      const person = item.actor?.id;
      votes.splice(0, votes.length, ...votes.filter((vote) => vote.person !== person));
    }
  }
  return votes;
}

function decisionOf(item) {
  const words = `${item.decision ?? ''} ${item.note ?? ''}`;
  if (/\bden(y|ied)\b/i.test(words)) {
    return 'deny';
  }
  return /\bapprove/i.test(words) ? 'approve' : 'voted';
}

export function timelineCard(items, action, me) {
  return el(
    'section',
    { class: 'card', 'aria-labelledby': 'sofar' },
    el('h2', { id: 'sofar' }, 'So far'),
    items.length
      ? el('ol', { class: 'timeline' }, items.map((item) => entry(item, me)), openEnd(action))
      : el('p', { class: 'soft' }, 'Nothing is recorded yet.'),
  );
}

function entry(item, me) {
  const tone = toneOf(item);
  const note = item.code ? (REFUSAL[item.code] ?? item.note ?? item.code) : item.note;
  return el(
    'li',
    { class: tone },
    el('span', { class: 'line' }, el('span', {}, wordsOf(item, me)), moment(item.at)),
    note ? el('span', { class: 'soft wrap' }, note) : null,
    item.actor?.channel && item.type.startsWith('vote.')
      ? el('span', { class: 'soft' }, ` in ${channelWords(item.actor.channel)}`)
      : null,
  );
}

const channelWords = (channel) =>
  ({ api: 'the API', console: 'the console', slack: 'Slack', teams: 'Teams' })[channel] ?? channel;

function wordsOf(item, me) {
  const who = item.actor ? personWords(item.actor.id, me) : 'someone';
  const started = capital(who);
  if (item.type === 'action.submitted') {
    return `Asked by ${who}`;
  }
  if (item.type === 'vote.counted') {
    const verb = { approve: 'approved', deny: 'denied', voted: 'voted' }[decisionOf(item)];
    return `${started} ${verb}`;
  }
  return capital(WORDS[item.type]?.(who) ?? item.type.replace(/[._]/g, ' '));
}

function toneOf(item) {
  if (item.type === 'vote.counted') {
    return decisionOf(item) === 'deny' ? 'no' : 'ok';
  }
  if (OK.includes(item.type)) {
    return 'ok';
  }
  return NO.includes(item.type) ? 'no' : null;
}

const capital = (words) => words.charAt(0).toUpperCase() + words.slice(1);

function openEnd(action) {
  if (action.status !== 'PENDING_REVIEW') {
    return null;
  }
  const groups = (action.seats ?? []).filter((seat) => seat.have < seat.need).map((seat) => seat.group);
  return el(
    'li',
    { class: 'now' },
    el(
      'span',
      { class: 'line' },
      el('span', {}, groups.length ? `Waiting for ${groups.join(', ')}` : 'Waiting'),
      action.expires_at ? el('span', { class: 'soft' }, `until ${when(action.expires_at)}`) : null,
    ),
  );
}
