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
  'action.stop_asked': () => 'Asked to stop',
  'action.reconciled': () => 'An operator found out what became of it',
  'action.result_read': () => 'Result read',
  'artifact.requested': () => 'Download of the file began',
  'artifact.sent': () => 'File downloaded whole',
  'artifact.broken': () => 'Download broke off',
  'grant.given': () => 'Role granted',
  'grant.revoked': (who) => `${who} asked for the role to be taken back`,
  'grant.overdue': () => 'The role could not be taken back',
  'grant.not_found': () => 'Nothing to take back was there',
  'grant.taken_back': () => 'Role taken back',
  'vote.refused': (who) => `${whose(who)} vote was refused`,
  'vote.withdrawn': (who) => `${who} took the vote back`,
  'vote.late': (who) => `${who} voted after the end`,
};

/** What an auditor may ask for; the server knows others too. */
export const ENTRY_TYPES = [
  ...Object.keys(WORDS),
  'vote.counted',
  'policy.loaded',
  'policy.rejected',
  'identity.linked',
  'identity.unlinked',
  'key.rotated',
  'audit.heartbeat',
].sort();

const whose = (who) => (who === 'you' ? 'your' : `${who}’s`);

const REFUSAL = {
  PARTY_CANNOT_APPROVE: 'a party to an action may not approve it',
  NOT_A_REVIEWER: 'no seat in the groups that decide this',
  STALE_DIGEST: 'the vote was for other bytes',
  AGENT_CANNOT_DECIDE: 'agents never decide',
  NOT_PENDING: 'it was no longer waiting',
  NOT_LINKED: 'the chat account is not linked to a person',
};

const OK = ['action.approved', 'action.succeeded', 'vote.counted'];
const NO = [
  'action.refused',
  'action.expired',
  'action.denied',
  'action.failed',
  'action.unknown',
  'action.lapsed',
  'action.revoked',
  'grant.overdue',
  'vote.refused',
];

/** `packet` knows names and how each vote stands; without it ids and a plain word must do. */
export function timelineCard({ action, packet, events: items }, me) {
  const people = {
    nameOf: (id) => personWords(id, me, packet?.names),
    decisionOf: (id) => packet?.votes?.findLast((vote) => vote.person === id)?.decision,
  };
  return el(
    'section',
    { class: 'card', 'aria-labelledby': 'sofar' },
    el('h2', { id: 'sofar' }, 'So far'),
    items.length
      ? el(
          'ol',
          { class: 'timeline' },
          items.map((item) => entry(item, people)),
          openEnd(action),
        )
      : el('p', { class: 'soft' }, 'Nothing is recorded yet.'),
  );
}

function entry(item, people) {
  const tone = toneOf(item, people);
  const note = item.code ? (REFUSAL[item.code] ?? item.note ?? item.code) : item.note;
  const channel = item.type.startsWith('vote.') ? item.actor?.channel : null;
  const more = [note, channel && `in ${channelWords(channel)}`].filter(Boolean).join(' · ');
  return el(
    'li',
    { class: tone },
    el('span', { class: 'line' }, el('span', {}, wordsOf(item, people)), moment(item.at)),
    more ? el('span', { class: 'soft wrap' }, more) : null,
  );
}

const channelWords = (channel) =>
  ({ api: 'the API', console: 'the console', slack: 'Slack', teams: 'Teams' })[channel] ?? channel;

function wordsOf(item, people) {
  const who = item.actor ? people.nameOf(item.actor.id) : 'someone';
  const started = capital(who);
  if (item.type === 'action.submitted') {
    return `Asked by ${who}`;
  }
  if (item.type === 'vote.counted') {
    const verb = { approve: 'approved', deny: 'denied' }[people.decisionOf(item.actor?.id)];
    return `${started} ${verb ?? 'voted'}`;
  }
  return capital(WORDS[item.type]?.(who) ?? item.type.replace(/[._]/g, ' '));
}

function toneOf(item, people) {
  if (item.type === 'vote.counted') {
    return people.decisionOf(item.actor?.id) === 'deny' ? 'no' : 'ok';
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
  const groups = (action.seats ?? [])
    .filter((seat) => seat.have < seat.need)
    .map((seat) => seat.group);
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
