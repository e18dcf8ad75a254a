/** The log for auditors: its newest checkpoint, whether it only grew, and every entry. */
import { actionPath, get, getText } from './api.js';
import { compared, consistencyNote, lastSeen, remember } from './consistency.js';
import { el, link, nodes } from './dom.js';
import { keysCard, sourceTag } from './keys.js';
import { alarm, empty, moment } from './parts.js';
import { pathPicture } from './path.js';
import { canonicalObject } from './strict.js';
import { ENTRY_TYPES } from './timeline.js';
import { CannotCheck, climb, hashes, leafHash } from './tree.js';
import { openCheckpoint, parseCheckpoint, parseNote } from './verify.js';

const PAGE = 50;

export function auditPage(site) {
  if (!site.session.person.roles?.includes('auditor')) {
    const node = empty('Only auditors read the log.', 'Receipts can be checked by anyone.');
    return { title: 'Audit', node };
  }
  // The head that every entry is proven against; trusted only once its signature was checked.
  const log = { note: null, head: null, problem: null, source: 'none', seen: undefined };
  const state = el('div', { 'aria-live': 'polite' });
  const found = { keys: [], source: 'none' };
  const keys = keysCard(site, (given) => {
    Object.assign(found, given);
    if (log.note !== null) {
      checkHead();
    }
  });
  const list = entryList(log);
  const node = el(
    'div',
    {},
    el('h1', {}, 'Audit'),
    el('p', { class: 'sub' }, 'Every step of every action, in a log that only grows.'),
    el(
      'div',
      { class: 'grid' },
      el('div', { class: 'left' }, state, list.node),
      el('div', { class: 'right' }, exportCard(), keys.node),
    ),
  );
  let turn = 0;

  async function load() {
    try {
      log.note = await getText('/v1/audit/checkpoint');
      await checkHead();
    } catch (problem) {
      state.replaceChildren(alarm(`The log cannot be read: ${problem.message}.`));
    }
  }

  async function checkHead() {
    const mine = ++turn;
    log.head = null;
    log.problem = null;
    log.source = found.source;
    try {
      log.head = await openCheckpoint(log.note, found.keys);
    } catch (problem) {
      log.problem = problem;
    }
    const shown = [headCard(log)];
    if (log.head) {
      shown.push(await consistency(log));
    }
    if (mine === turn) {
      state.replaceChildren(...shown);
    }
  }

  load();
  return { title: 'Audit', node };
}

/* The browser saves what the form asks for; the service says what it does not understand. */
function exportCard() {
  const day = (name, words) =>
    el('div', {},
      el('label', { for: `export-${name}` }, words),
      el('input', { id: `export-${name}`, name, type: 'date' }),
    );
  return el(
    'section',
    { class: 'card', 'aria-labelledby': 'export-title' },
    el('h2', { id: 'export-title' }, 'Take it away'),
    el('p', { class: 'soft' },
      'A zip with the entries, the proofs, a page of controls (SOC 2, NIST) and a small verifier: ' +
        'it can be checked without this service.'),
    el('form', { class: 'search', action: '/v1/audit/export', method: 'get' },
      day('from', 'From (UTC)'),
      day('to', 'Before (UTC)'),
      el('div', { class: 'check' },
        el('input', { id: 'export-subjects', name: 'subjects', value: 'true', type: 'checkbox' }),
        el('label', { for: 'export-subjects' }, 'With the names of people, and their proof'),
      ),
      el('div', { class: 'downloads' }, el('button', { type: 'submit' }, 'Download')),
    ),
  );
}

async function consistency(log) {
  const { head, note } = log;
  if (log.seen === undefined) {
    log.seen = lastSeen(head.origin);
  }
  const { seen } = log;
  try {
    const outcome = await compared(seen, head);
    if (outcome === 'first' || outcome === 'grew') {
      remember(head.origin, note);
    }
    return consistencyNote(outcome, seen, note, head);
  } catch (problem) {
    return alarm(`Whether the log only grew is not known: ${problem.message}.`);
  }
}

function headCard({ note, head, problem, source }) {
  const claimed = head ?? unsigned(note);
  const row = (words, ...value) => [el('dt', {}, words), el('dd', {}, value)];
  return el(
    'section',
    { class: 'card', 'aria-labelledby': 'head-title' },
    el('h2', { id: 'head-title' }, 'Newest checkpoint'),
    el('dl', {},
      claimed
        ? [
            row('Log', claimed.origin),
            row('Entries', el('strong', { class: 'size' }, claimed.size.toLocaleString())),
            row('Root', el('span', { class: 'mono' }, claimed.root)),
          ]
        : null,
      row('Signature', signature(head, problem), ' ', head ? sourceTag(source) : null),
    ),
  );
}

function unsigned(note) {
  try {
    return parseCheckpoint(parseNote(note).text);
  } catch {
    return null;
  }
}

function signature(head, problem) {
  const tag = (tone, answer, words) =>
    el('span', { class: `tag ${tone}`, 'data-signature': answer }, words);
  if (head) {
    return [tag('ok', 'VALID', 'valid, checked here'), el('p', { class: 'mono' }, head.signer)];
  }
  return problem instanceof CannotCheck
    ? tag('warn', 'UNCHECKED', `not checked: ${problem.message}`)
    : tag('no', 'INVALID', `not valid: ${problem.message}`);
}

/* Entries */

const FILTERS = ['type', 'action', 'actor', 'from', 'to'];

function entryList(log) {
  const trouble = el('div');
  const entries = el('ol', { class: 'entries' });
  const more = el('button', { type: 'button', on: { click: () => load(false) } }, 'Older entries');
  more.hidden = true;
  const form = searchForm(() => load(true));
  const node = el(
    'section',
    { class: 'card', 'aria-labelledby': 'entries-title' },
    el('h2', { id: 'entries-title' }, 'Entries, newest first'),
    form,
    trouble,
    entries,
    more,
  );
  let cursor = null;
  let turn = 0;

  async function load(anew) {
    const mine = ++turn;
    const query = queryOf(form);
    query.set('limit', PAGE);
    if (!anew && cursor) {
      query.set('cursor', cursor);
    }
    more.disabled = true;
    try {
      const page = await get(`/v1/audit/search?${query}`);
      if (mine === turn) {
        show(page, anew);
      }
    } catch (problem) {
      if (mine === turn) {
        trouble.replaceChildren(alarm(`The search was refused: ${problem.message}.`));
      }
    }
    more.disabled = false;
  }

  function show(page, anew) {
    const items = page.items.map((item) => entryRow(item, log));
    trouble.replaceChildren();
    if (anew) {
      entries.replaceChildren();
    }
    entries.append(...items);
    if (!entries.firstChild) {
      trouble.replaceChildren(el('p', { class: 'soft none' }, 'No entry is like that.'));
    }
    cursor = page.next_cursor;
    more.hidden = !cursor;
  }

  load(true);
  return { node };
}

function searchForm(search) {
  const field = (name, words, input) =>
    el('div', {}, el('label', { for: `find-${name}` }, words), input);
  const text = (name, attributes) => el('input', { id: `find-${name}`, name, ...attributes });
  const select = el(
    'select',
    { id: 'find-type', name: 'type' },
    el('option', { value: '' }, 'any'),
    ENTRY_TYPES.map((type) => el('option', { value: type }, type)),
  );
  const moments = { type: 'datetime-local', step: '1' };
  return el(
    'form',
    {
      class: 'search',
      role: 'search',
      on: {
        submit: (event) => {
          event.preventDefault();
          search();
        },
        reset: () => setTimeout(search),
      },
    },
    field('type', 'Type', select),
    field('action', 'Action', text('action', { placeholder: 'act_…', spellcheck: 'false' })),
    field('actor', 'Who', text('actor', { maxlength: '200', spellcheck: 'false' })),
    field('from', 'From', text('from', moments)),
    field('to', 'Until', text('to', moments)),
    el(
      'div',
      { class: 'downloads' },
      el('button', { type: 'submit' }, 'Search'),
      el('button', { type: 'reset', class: 'quiet' }, 'Clear'),
    ),
  );
}

function queryOf(form) {
  const query = new URLSearchParams();
  FILTERS.forEach((name) => {
    const value = form.elements.namedItem(name).value.trim();
    if (value) {
      const isTime = name === 'from' || name === 'to';
      query.set(name, isTime ? new Date(value).toISOString() : value);
    }
  });
  return query;
}

function entryRow(item, log) {
  const event = canonicalObject(item.entry) ?? {};
  const result = el('div', { class: 'result', 'aria-live': 'polite' });
  const check = el('button', { type: 'button', class: 'quiet' }, 'Check this entry here');
  check.addEventListener('click', async () => {
    check.disabled = true;
    result.replaceChildren(...nodes([await checkedEntry(item, log)]));
    check.disabled = false;
  });
  const who = [event.actor?.type, item.actor].filter(Boolean).join(' ');
  const more = [event.code, event.note].filter(Boolean).join(' · ');
  return el(
    'li',
    { 'data-index': item.index },
    el(
      'details',
      {},
      el(
        'summary',
        {},
        el('span', { class: 'mono soft' }, `#${item.index}`),
        el('strong', {}, item.type),
        el('span', { class: 'wrap' }, who),
        moment(item.at),
      ),
      more ? el('p', { class: 'wrap' }, more) : null,
      event.action ? el('p', {}, link(actionAddress(event.action), {}, 'Go to the action')) : null,
      el('pre', { tabindex: '0' }, JSON.stringify(event, null, 2)),
      check,
      result,
    ),
  );
}

const actionAddress = (id) => actionPath(String(id)).replace(/^\/v1/, '');

async function checkedEntry(item, { head, problem }) {
  const say = (tone, answer, words) =>
    el('div', { class: `note ${tone}`, 'data-entry': answer }, words);
  if (!head) {
    return say('', 'UNCHECKED', `The checkpoint is not valid here: ${problem?.message ?? ''}.`);
  }
  const index = BigInt(item.index);
  if (index >= head.size) {
    return say('', 'UNCHECKED', 'It is newer than the checkpoint above: load this page again.');
  }
  try {
    const path = hashes(await getText(`/v1/audit/proof?index=${index}&size=${head.size}`));
    const leaf = await leafHash(item.entry);
    const found = { index, leaf, claimed: head, ...(await climb(leaf, index, head.size, path)) };
    const holds = found.root === head.root;
    const words = holds
      ? `VALID: the signed root is over this text, as entry ${index}.`
      : 'INVALID: this text does not lead to the signed root. What the server showed is not ' +
        'what the log holds.';
    return [
      say(holds ? 'ok' : 'no', holds ? 'VALID' : 'INVALID', words),
      pathPicture(found, holds ? null : 'path'),
    ];
  } catch (trouble) {
    return say('no', 'UNCHECKED', `It cannot be checked: ${trouble.message}.`);
  }
}
