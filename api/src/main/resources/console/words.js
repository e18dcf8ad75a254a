/** How states, classes, people and times are said. */

const STATUS = {
  EVALUATING: { short: 'being judged', tone: 'plain' },
  REFUSED: { short: 'refused by policy', tone: 'no' },
  PENDING_REVIEW: { short: 'waiting for review', tone: 'warn' },
  APPROVED: { short: 'approved', tone: 'ok' },
  DENIED: { short: 'denied', tone: 'no' },
  EXPIRED: { short: 'expired, not approved', tone: 'no' },
  CANCELLED: { short: 'cancelled', tone: 'plain' },
  EXECUTING: { short: 'running', tone: 'ok' },
  REVOKED: { short: 'approval revoked', tone: 'no' },
  LAPSED: { short: 'approval lapsed', tone: 'no' },
  SUCCEEDED: { short: 'done', tone: 'ok' },
  FAILED: { short: 'failed', tone: 'no' },
  NEEDS_RECONCILIATION: { short: 'outcome not known', tone: 'no' },
};

export const STATUSES = Object.keys(STATUS);

export function statusWords(status) {
  return STATUS[status]?.short ?? status;
}

export function statusTone(status) {
  return STATUS[status]?.tone ?? 'plain';
}

const ENDING = {
  EVALUATING: 'The policy is judging it. Nothing has run.',
  REFUSED: 'The policy refused it. Nothing ran.',
  APPROVED: 'Approved. It is about to run.',
  DENIED: 'Denied. Nothing ran.',
  EXPIRED: 'Nobody decided in time, which means not approved. Nothing ran.',
  CANCELLED: 'Cancelled by the side that asked. Nothing ran.',
  EXECUTING: 'Approved. It is running now.',
  REVOKED: 'The approval was taken back before it ran. Nothing ran.',
  LAPSED: 'It was approved but did not start in time. Nothing ran.',
  FAILED: 'It was started and failed. Its changes were rolled back.',
  NEEDS_RECONCILIATION:
    'It was started, and whether it took effect is not known. A person must look at the target ' +
    'before anything is tried again.',
};

/** One sentence on where an action stands, for everything but a waiting one. */
export function ending(action) {
  if (action.grant) {
    return grantWords(action.grant);
  }
  if (action.status === 'SUCCEEDED') {
    const rows = action.outcome?.rows;
    const what = action.class === 'read' ? 'returned' : 'affected';
    return rows === undefined || rows === null
      ? 'Done. It ran once.'
      : `Done. It ran once; ${count(rows, 'row')} ${what}.`;
  }
  return ENDING[action.status] ?? statusWords(action.status);
}

const GRANT_ENDED = {
  expired: 'The role was granted, and taken back at its end.',
  revoked: 'The role was granted, and taken back because somebody asked for it.',
  already_gone: 'The role was granted. Somebody else took it back before its end.',
};

function grantWords(grant) {
  if (grant.state === 'ended') {
    return GRANT_ENDED[grant.ended_why] ?? 'The role was taken back.';
  }
  if (grant.failed_since) {
    return (
      `The role is still in force and could not be taken back since ${when(grant.failed_since)}: ` +
      `${grant.failure}. It is tried again and again; a person should look at the target.`
    );
  }
  return grant.state === 'ending'
    ? 'The role is being taken back.'
    : `The role is granted. It is taken back at ${when(grant.until)}.`;
}

const ENDS = [
  'REFUSED',
  'DENIED',
  'EXPIRED',
  'CANCELLED',
  'REVOKED',
  'LAPSED',
  'SUCCEEDED',
  'FAILED',
];

export function isOver(action) {
  return action.terminal ?? ENDS.includes(action.status);
}

const GUARANTEE = {
  auto: 'the best that the target gives when it runs',
  ledger: 'once, marked in the target within the same transaction (ledger)',
  xid: 'once, known by its transaction id on the target (xid)',
  at_most_once: 'at most once: after a crash people must look whether it ran',
  read_only: 'read only: repeating it changes nothing',
};

export function guaranteeWords(guarantee) {
  return GUARANTEE[guarantee] ?? guarantee;
}

const FALLBACK_TITLE = {
  read: 'Read from',
  write: 'Write to',
  ddl: 'Change the schema of',
  role: 'Change roles on',
  export: 'Export from',
  admin: 'Administer',
};

/** The title made from the analysis; without a packet, from the class and the target. */
export function titleOf(action, packet) {
  const made = packet?.title ?? action.title;
  return made || `${FALLBACK_TITLE[action.class] ?? 'Run on'} ${action.target}`;
}

const REVERSIBLE = { yes: 'can be undone', no: 'no way back', unknown: 'undo not known' };

export function reversibleWords(reversible) {
  return REVERSIBLE[reversible] ?? REVERSIBLE.unknown;
}

export function count(number, noun) {
  return `${number.toLocaleString()} ${noun}${number === 1 ? '' : 's'}`;
}

export function estimateWords(packet) {
  return packet.estimated_rows === null || packet.estimated_rows === undefined
    ? 'rows not known'
    : `about ${count(packet.estimated_rows, 'row')}`;
}

/** The estimate with the limit: `about 12 rows, at most 100`. */
export function rowsWords(packet) {
  return `${estimateWords(packet)}, at most ${packet.max_rows.toLocaleString()}`;
}

/** `agent-1 for carol`; the reader is called you. */
export function requesterWords(requester, me, names) {
  const behind = requester.on_behalf_of;
  const who = personWords(behind ?? requester.id, me, names);
  return behind ? `${requester.id} for ${who}` : who;
}

export function personWords(id, me, names = {}) {
  return id === me ? 'you' : (names[id] ?? String(id));
}

/** `4c1f 09ae … 77d2`: enough to compare by eye. */
export function shortDigest(digest) {
  const hex = String(digest).replace(/^sha256:/, '');
  return `${hex.slice(0, 4)} ${hex.slice(4, 8)} … ${hex.slice(-4)}`;
}

const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** Local time: the clock for today, with the date for other days. */
export function when(iso) {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) {
    return String(iso);
  }
  const today = at.toDateString() === new Date().toDateString();
  return (today ? CLOCK : DAY).format(at);
}

/** Time until a deadline: in seconds only when little is left. */
export function timeLeft(iso, now = Date.now()) {
  const seconds = Math.ceil((new Date(iso).getTime() - now) / 1000);
  if (seconds <= 0) {
    return 'time is up';
  }
  if (seconds < 120) {
    return `${seconds} s left`;
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) {
    return `${minutes} min left`;
  }
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h left` : `${Math.floor(hours / 24)} days left`;
}
