/** The packet: everything a decision needs, rendered from the action and never from its words. */
import { copyButton, el } from './dom.js';
import { seatDots } from './parts.js';
import {
  count,
  guaranteeWords,
  personWords,
  reversibleWords,
  rowsWords,
  shortDigest,
} from './words.js';

const KEYWORDS = new RegExp(
  '\\b(select|insert|update|delete|truncate|merge|from|into|values|set|where|returning|join|left|' +
    'right|inner|outer|cross|on|using|with|as|and|or|not|in|is|null|group|order|by|limit|offset|' +
    'union|all|distinct|create|alter|drop|grant|revoke|to|table|column|index|cascade|between)\\b',
  'gi',
);
const ESCAPED = /\\u\{[0-9A-F]{4,6}\}/g;
const LONG_BLANK = / {40,}|\t{10,}/g;

/** The statement with line numbers; the vote box may ask it to `reveal` hidden values. */
export function statementCard(packet, announce) {
  let hidden = packet.hides_values;
  const code = el('ol');
  const scroll = { class: 'code', tabindex: '0', role: 'region', 'aria-label': 'The statement' };
  const jumps = el('p', { class: 'jumps' });
  const params = el('div');
  const toggle = el('button', { type: 'button', class: 'quiet', on: { click: flip } });
  const card = el(
    'section',
    { class: 'card', 'aria-labelledby': 'runs' },
    el(
      'div',
      { class: 'cap' },
      el('h2', { id: 'runs' }, 'Exactly this will run'),
      packet.hides_values ? toggle : null,
    ),
    jumps,
    el('div', scroll, code),
    params,
    facts(packet, announce),
    comments(packet),
  );

  function draw() {
    const text = hidden ? packet.statement_masked : packet.statement;
    const same = lines(text).length === lines(packet.statement).length;
    const hot = new Set(same ? packet.hot_lines : []);
    code.replaceChildren(...rows(text, hot));
    jumps.replaceChildren(...marks(code, hot, lines(text).length));
    params.replaceChildren(...parameters(packet, hidden));
    toggle.textContent = hidden ? 'Show values' : 'Hide values';
    toggle.setAttribute('aria-pressed', String(!hidden));
  }

  function flip() {
    hidden = !hidden;
    draw();
    announce(hidden ? 'Values hidden' : 'Values shown');
  }

  draw();
  card.hidesValues = () => hidden;
  card.reveal = () => {
    if (hidden) {
      flip();
    }
  };
  return card;
}

const lines = (text) => text.split('\n');

/** One element a line; long runs of empty lines are folded and counted, so nothing hides below. */
function rows(text, hot) {
  const all = lines(text);
  const out = [];
  for (let at = 0; at < all.length; at++) {
    let blanks = 0;
    while (at + blanks < all.length && all[at + blanks].trim() === '') {
      blanks++;
    }
    if (blanks > 3) {
      out.push(el('li', { class: 'fold', value: at + 1 }, `${count(blanks, 'empty line')}`));
      at += blanks - 1;
    } else {
      const marked = hot.has(at + 1);
      out.push(
        el(
          'li',
          { class: marked ? 'hot' : null, value: at + 1, 'data-line': at + 1 },
          marked ? el('span', { class: 'unseen' }, 'marked: ') : null,
          el('span', {}, coloured(all[at])),
        ),
      );
    }
  }
  return out;
}

/** Keywords, escapes and long blanks stand out. Nothing is dimmed: a guess must not hide code. */
function coloured(line) {
  const found = [];
  const collect = (pattern, kind) => {
    for (const match of line.matchAll(pattern)) {
      found.push({ start: match.index, end: match.index + match[0].length, kind });
    }
  };
  collect(ESCAPED, 'esc');
  collect(LONG_BLANK, 'gap');
  collect(KEYWORDS, 'k');
  found.sort((a, b) => a.start - b.start);
  const out = [];
  let from = 0;
  for (const { start, end, kind } of found) {
    if (start < from) {
      continue;
    }
    const text = line.slice(start, end);
    const words = kind === 'gap' ? ` ⟨${text.length} blanks⟩ ` : text;
    out.push(line.slice(from, start), el('span', { class: kind }, words));
    from = end;
  }
  out.push(line.slice(from));
  return out;
}

/** Where the dangerous clauses are, when the statement is too long to see them at once. */
function marks(code, hot, total) {
  if (hot.size === 0 || total < 12) {
    return [];
  }
  const jump = (number) => {
    const line = code.querySelector(`[data-line="${number}"]`);
    line?.scrollIntoView({ block: 'center' });
  };
  const buttons = [...hot]
    .slice(0, 12)
    .map((number) =>
      el(
        'button',
        { type: 'button', class: 'quiet', on: { click: () => jump(number) } },
        `line ${number}`,
      ),
    );
  return [document.createTextNode(`${count(total, 'line')}. Marked: `), ...buttons];
}

function parameters(packet, hidden) {
  if (!packet.params?.length) {
    return [];
  }
  const values = packet.params.map((value, at) => {
    const shown = hidden ? el('span', { class: 'soft' }, 'hidden') : literal(value);
    return [el('dt', { class: 'mono' }, `$${at + 1}`), el('dd', { class: 'mono' }, shown)];
  });
  return [el('h3', { class: 'small' }, 'Parameters'), el('dl', { class: 'params' }, values)];
}

const literal = (value) => (value === null ? el('span', { class: 'soft' }, 'null') : value);

function facts(packet, announce) {
  const hex = packet.action_digest.replace(/^sha256:/, '');
  const copy = copyButton('Copy', () => packet.action_digest, announce);
  return el(
    'details',
    { class: 'digest' },
    el(
      'summary',
      {},
      el('span', { class: 'mono' }, `sha256 ${shortDigest(packet.action_digest)}`),
      ` · ${count(packet.statement_bytes, 'byte')}`,
    ),
    el('p', { class: 'mono wrap' }, hex.replace(/(.{8})/g, '$1 ').trim(), ' ', copy),
    el(
      'p',
      { class: 'soft' },
      'A vote counts for these bytes only. Other bytes have another digest.',
    ),
  );
}

function comments(packet) {
  if (!packet.comments?.length) {
    return null;
  }
  return el(
    'div',
    { class: 'said' },
    el('small', {}, 'Comments inside the statement: they do nothing and are not checked'),
    packet.comments.map((comment) => el('p', {}, comment)),
  );
}

/** What could not be understood, then what a reviewer should notice. */
export function warningsCard(packet) {
  const list = (items) =>
    el(
      'ul',
      {},
      items.map((item) => el('li', {}, item)),
    );
  const unknown = packet.uninspectable ?? [];
  const effects = packet.effects ?? [];
  const warnings = packet.warnings ?? [];
  return [
    unknown.length
      ? el(
          'section',
          { class: 'note no', 'aria-label': 'Not inspected' },
          el('strong', {}, 'Not everything here could be inspected'),
          list(unknown),
        )
      : null,
    effects.length
      ? el(
          'section',
          { class: 'note', 'aria-label': 'Effects' },
          el('strong', {}, 'What happens besides'),
          list(effects),
        )
      : null,
    warnings.length
      ? el(
          'section',
          { class: 'note', 'aria-label': 'Warnings' },
          el('strong', {}, 'Look closely'),
          list(warnings),
        )
      : null,
  ];
}

/** A migration's statements one by one, and what would take them back; null for other kinds. */
export function migrationCard(packet) {
  const migration = packet.migration;
  if (!migration) {
    return null;
  }
  const list = (statements) =>
    el('ol', {}, statements.map((sql) => el('li', { class: 'mono wrap' }, sql)));
  return el(
    'section',
    { class: 'card', 'aria-labelledby': 'steps' },
    el('h2', { id: 'steps' }, `Steps of the migration “${migration.name}”`),
    list(migration.steps),
    el('h3', { class: 'small' }, 'Said to take it back; nothing of it runs now'),
    migration.rollback.length
      ? list(migration.rollback)
      : el('p', { class: 'soft' }, 'Nothing was given.'),
  );
}

/** What an export takes out of the database, column by column; null for every other kind. */
export function leavingCard(packet) {
  if (!packet.leaving) {
    return null;
  }
  const head = ['Column', 'Type', 'Data tags', 'In the file'];
  return el(
    'section',
    { class: 'card', 'aria-labelledby': 'leaves' },
    el('h2', { id: 'leaves' }, `What leaves, as ${packet.leaving.format}`),
    el(
      'table',
      {},
      el('thead', {}, el('tr', {}, head.map((title) => el('th', { scope: 'col' }, title)))),
      el('tbody', {}, packet.leaving.columns.map(leavingRow)),
    ),
  );
}

function leavingRow(column) {
  const tags = column.tags.map((tag) => [el('span', { class: 'tag' }, tag), ' ']);
  return el(
    'tr',
    {},
    el('td', { class: 'mono wrap' }, column.name),
    el('td', { class: 'mono wrap' }, column.type),
    el('td', {}, tags.length ? tags : el('span', { class: 'soft' }, 'none')),
    el('td', {}, column.masked ? 'masked' : 'its values'),
  );
}

export function touchesCard(packet) {
  const tables = packet.tables ?? [];
  return el(
    'section',
    { class: 'card', 'aria-labelledby': 'touches' },
    el('h2', { id: 'touches' }, 'What it touches'),
    tables.length
      ? el(
          'table',
          {},
          el(
            'thead',
            {},
            el(
              'tr',
              {},
              el('th', { scope: 'col' }, 'Table'),
              el('th', { scope: 'col' }, 'Data tags'),
            ),
          ),
          el('tbody', {}, tables.map(tableRow)),
        )
      : el('p', { class: 'soft' }, 'No table is named in it.'),
    el(
      'dl',
      {},
      pair('Rows', `${rowsWords(packet)}; beyond that everything is rolled back`),
      pair('Undo', reversibleWords(packet.reversible)),
    ),
  );
}

function tableRow(table) {
  const tags = table.tags.map((tag) => [el('span', { class: 'tag' }, tag), ' ']);
  return el(
    'tr',
    {},
    el(
      'td',
      { class: 'mono wrap' },
      table.name,
      table.how && table.how !== 'named' ? el('small', { class: 'soft' }, ` ${table.how}`) : null,
    ),
    el('td', {}, tags.length ? tags : el('span', { class: 'soft' }, 'none')),
  );
}

const pair = (term, ...words) => [el('dt', {}, term), el('dd', {}, words)];

export function whyCard({ action, packet, me }) {
  const rules = packet.rules.map((rule, at) => [
    at ? ', ' : '',
    el('span', { class: 'mono' }, rule),
  ]);
  const version = el('span', { class: 'soft' }, ` · policy ${shortDigest(packet.policy_version)}`);
  const agent = packet.requester.type === 'agent' ? packet.requester.id : null;
  const barred = packet.parties.filter((id) => id !== agent);
  const people = barred.map((id) => personWords(id, me, packet.names)).join(', ');
  const asker =
    packet.requester.type === 'agent' ? `${packet.requester.id} (agents never decide)` : '';
  return el(
    'section',
    { class: 'card', 'aria-labelledby': 'why' },
    el('h2', { id: 'why' }, 'Why people are asked'),
    el(
      'dl',
      {},
      pair('Rules', rules, version),
      pair('Seats', action.seats?.length ? seatDots(action.seats) : packet.seats.join(' or ')),
      packet.seats.length > 1 ? pair('Any one of', packet.seats.join(' · ')) : null,
      pair('May not decide', [people, asker].filter(Boolean).join('; ')),
      pair('Runs', guaranteeWords(packet.guarantee)),
    ),
  );
}

/** The requester's words, set apart: nothing in here is ours. */
export function saidCard(packet) {
  const agent = packet.requester.type === 'agent';
  return el(
    'section',
    { class: 'card', 'aria-labelledby': 'said' },
    el(
      'h2',
      { id: 'said' },
      agent ? 'Said by the agent, not checked' : 'Said by the requester, not checked',
    ),
    el(
      'div',
      { class: 'said words', tabindex: '0', role: 'group', 'aria-label': 'Reason given' },
      el('small', {}, 'Reason'),
      el('p', { dir: 'auto' }, packet.said.reason || 'none given'),
      packet.said.ticket ? [el('small', {}, 'Ticket'), el('p', {}, packet.said.ticket)] : null,
    ),
  );
}
