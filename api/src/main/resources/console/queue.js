/** What waits for a decision: mine first, the nearest deadline on top. */
import { listActions, packetOf } from './api.js';
import { el, keep, link } from './dom.js';
import {
  actionLink,
  alarm,
  deadline,
  empty,
  moment,
  preview,
  seatDots,
  statusTag,
  tags,
} from './parts.js';
import { count, estimateWords, isOver, requesterWords, titleOf } from './words.js';
import { standing } from './standing.js';

const PAGE = 100;
const LATELY = 5;

export function queuePage(site) {
  const heading = el('h1', {}, 'Queue');
  const below = el('p', { class: 'sub' }, 'One moment …');
  const trouble = el('div');
  const mine = el('section', { 'aria-label': 'Yours to decide' });
  const others = el('section', { 'aria-label': 'Waiting for others' });
  const lately = el('section', { 'aria-label': 'Decided lately' });
  const node = el('div', {}, heading, below, trouble, mine, others, lately);
  let known = null;
  let timer = 0;
  let closed = false;

  async function load() {
    try {
      const [waiting, newest] = await Promise.all([
        listActions({ status: 'PENDING_REVIEW', limit: PAGE }),
        listActions({ limit: 30 }),
      ]);
      const over = newest.items.filter(isOver).slice(0, LATELY);
      const entries = await withPackets([...waiting.items, ...over]);
      if (!closed) {
        trouble.replaceChildren();
        render(entries, waiting.next_cursor);
      }
    } catch (problem) {
      trouble.replaceChildren(alarm(`The queue cannot be read: ${problem.message}.`));
      below.textContent = '';
    }
  }

  function render(entries, more) {
    const waiting = entries
      .filter((entry) => !isOver(entry.action))
      .sort((a, b) => soonest(a.action) - soonest(b.action));
    const decide = waiting.filter(
      (entry) => standing(entry.action, entry.packet, site.session).decides,
    );
    const rest = waiting.filter((entry) => !decide.includes(entry));
    const over = entries.filter((entry) => isOver(entry.action));
    tellWhatIsNew(decide);
    heading.textContent = headline(decide.length);
    below.textContent = subline(decide.length, rest.length, more);
    site.waiting = decide.length;
    site.header();
    const me = site.session.person.id;
    keepFocus(node, () => {
      keep(mine, decide, () =>
        decide.length ? [unseen('Yours to decide'), list(decide, me)] : nothingToDo(site),
      );
      keep(others, rest, () => (rest.length ? [title('Waiting for others'), list(rest, me)] : []));
      keep(lately, over, () => (over.length ? [title('Decided lately'), done(over, me)] : []));
    });
  }

  function tellWhatIsNew(decide) {
    const now = new Set(decide.map((entry) => entry.action.id));
    const added = known ? decide.filter((entry) => !known.has(entry.action.id)) : [];
    if (added.length) {
      const what = titleOf(added[0].action, added[0].packet);
      site.announce(added.length === 1 ? `New: ${what}` : `${added.length} new actions wait`);
    }
    known = now;
  }

  function refresh() {
    clearTimeout(timer);
    timer = setTimeout(load, 120);
  }

  load();
  return {
    title: 'Queue',
    node,
    refresh,
    changed: refresh,
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
}

/** Packets give the titles; a few at a time, because a browser has few lines to one site. */
export async function withPackets(actions) {
  const entries = actions.map((action) => ({ action, packet: null }));
  const open = [...entries];
  const work = async () => {
    for (let entry = open.shift(); entry; entry = open.shift()) {
      entry.packet = await packetOf(entry.action).catch(() => null);
    }
  };
  await Promise.all([work(), work(), work(), work()]);
  return entries;
}

const soonest = (action) => new Date(action.expires_at ?? '9999-01-01').getTime();

const NUMBERS = ['Nothing', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine'];

function headline(many) {
  const number = NUMBERS[many] ?? many;
  if (many === 0) {
    return 'Nothing waits for you';
  }
  return many === 1 ? 'One action waits for you' : `${number} actions wait for you`;
}

function subline(mine, rest, more) {
  const parts = [];
  if (mine > 1) {
    parts.push('The one that runs out first stands first.');
  }
  if (rest) {
    const who = mine ? 'others' : 'other people';
    parts.push(
      `${NUMBERS[rest] ?? rest} ${mine ? 'more ' : ''}wait${rest === 1 ? 's' : ''} for ${who}.`,
    );
  }
  if (more) {
    parts.push(`Only the newest ${PAGE} are shown.`);
  }
  return parts.join(' ');
}

const title = (words) => el('h2', {}, words);
const unseen = (words) => el('h2', { class: 'unseen' }, words);

function list(entries, me) {
  return el(
    'ul',
    { class: 'card list' },
    entries.map((entry) => row(entry, me)),
  );
}

function row({ action, packet }, me) {
  const where = packet ? `${packet.target} (${packet.environment})` : action.target;
  return el(
    'li',
    { class: 'row', 'data-id': action.id },
    el(
      'div',
      { class: 'what' },
      el('h3', {}, actionLink(action, titleOf(action, packet))),
      tags(action, packet),
      packet ? el('code', { class: 'stmt' }, preview(packet)) : null,
      el(
        'span',
        { class: 'soft' },
        `${requesterWords(action.requester, me, packet?.names)} · ${where}`,
      ),
    ),
    el('div', { class: 'much' }, packet ? estimateWords(packet) : null, tables(packet)),
    seatDots(action.seats),
    action.expires_at ? deadline(action.created_at, action.expires_at) : el('span'),
  );
}

function tables(packet) {
  const names = (packet?.tables ?? []).map((table) => table.name.replace(/^public\./, ''));
  const shown =
    names.slice(0, 2).join(', ') + (names.length > 2 ? ` and ${names.length - 2} more` : '');
  return shown ? el('span', { class: 'soft' }, shown) : null;
}

/** A list of actions that are over, also used by the history. */
export function done(entries, me) {
  return el(
    'ul',
    { class: 'card list' },
    entries.map(({ action, packet }) =>
      el(
        'li',
        { class: 'row past', 'data-id': action.id },
        el(
          'div',
          { class: 'what' },
          el('h3', {}, actionLink(action, titleOf(action, packet))),
          packet ? el('code', { class: 'stmt' }, preview(packet)) : null,
        ),
        el('span', {}, statusTag(action.status), el('span', { class: 'soft' }, rowsOf(action))),
        el('span', { class: 'soft' }, requesterWords(action.requester, me, packet?.names)),
        moment(action.outcome?.executed_at ?? action.created_at, { class: 'soft' }),
      ),
    ),
  );
}

function rowsOf(action) {
  const rows = action.outcome?.rows;
  return rows === undefined || rows === null ? '' : count(rows, 'row');
}

function nothingToDo(site) {
  const more = site.demo
    ? el('p', {}, 'Play the agent on the ', link('/start', {}, 'start page'), ' to file one.')
    : null;
  return empty('You are up to date.', 'New actions appear here by themselves.', more);
}

/** Keeps the keyboard where it was when rows are built again. */
function keepFocus(root, rebuild) {
  const id = root.contains(document.activeElement)
    ? document.activeElement.closest('[data-id]')?.dataset.id
    : null;
  rebuild();
  if (id && !root.contains(document.activeElement)) {
    root.querySelector(`[data-id="${CSS.escape(id)}"] a`)?.focus();
  }
}
