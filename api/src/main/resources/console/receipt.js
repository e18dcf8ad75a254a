/** Checks a receipt in the reader's own browser and shows why it holds, or where it breaks. */
import { actionPath, getText } from './api.js';
import { el, link, nodes } from './dom.js';
import { keysCard, sourceTag } from './keys.js';
import { alarm, moment } from './parts.js';
import { pathPicture } from './path.js';
import { verifyReceipt } from './verify.js';

const MAX_FILE = 1 << 20;

export function receiptPage(site) {
  let bytes = null;
  let name = '';
  let ring = { keys: [], source: 'none' };
  let turn = 0;
  const answer = el('div', { 'aria-live': 'polite' });
  const file = el('input', {
    id: 'receipt-file',
    type: 'file',
    accept: '.json,application/json',
    on: { change: () => file.files[0] && take(file.files[0]) },
  });
  const drop = el(
    'section',
    { class: 'card drop', 'aria-labelledby': 'receipt-title' },
    el('h2', { id: 'receipt-title' }, 'The receipt'),
    el('label', { for: 'receipt-file' }, 'Choose the file, or drop it here'),
    file,
    el('p', { class: 'soft small' }, 'It is read in this browser and sent nowhere.'),
  );
  const over = (is) => (event) => {
    event.preventDefault();
    drop.classList.toggle('over', is);
    const dropped = event.type === 'drop' ? event.dataTransfer.files[0] : null;
    if (dropped) {
      take(dropped);
    }
  };
  drop.addEventListener('dragover', over(true));
  drop.addEventListener('dragleave', over(false));
  drop.addEventListener('drop', over(false));
  const keys = keysCard(site, (found) => {
    ring = found;
    check();
  });
  const node = el(
    'div',
    {},
    el('h1', {}, 'Check a receipt'),
    el(
      'p',
      { class: 'sub' },
      'A receipt proves how one action ended. This page checks it here, without asking a server.',
    ),
    el(
      'div',
      { class: 'grid' },
      el('div', { class: 'left' }, answer),
      el('div', { class: 'right inputs' }, drop, keys.node),
    ),
  );

  async function take(chosen) {
    // A little more than allowed is read, so that the verifier says what is wrong.
    bytes = new Uint8Array(await chosen.slice(0, MAX_FILE + 1).arrayBuffer());
    name = chosen.name;
    check();
  }

  async function fetchReceipt(id) {
    try {
      const path = actionPath(id, '/receipt?subjects=true');
      bytes = new TextEncoder().encode(await getText(path));
      name = `${id}.named.receipt.json`;
      check();
    } catch (problem) {
      answer.replaceChildren(alarm(`There is no receipt to check: ${problem.message}.`));
    }
  }

  async function check() {
    const mine = ++turn;
    if (bytes === null) {
      answer.replaceChildren(nothing());
      return;
    }
    if (ring.keys.length === 0) {
      answer.replaceChildren(
        el('div', { class: 'note plain' }, `${name} is read. Give the log’s key to check it.`),
      );
      return;
    }
    const result = await verifyReceipt(bytes, ring.keys);
    if (mine === turn) {
      answer.replaceChildren(...nodes(shown(result, name, ring.source)));
    }
  }

  check();
  const asked = new URLSearchParams(location.search).get('action');
  if (asked && site.session) {
    fetchReceipt(asked);
  }
  return { title: 'Receipt', node };
}

function nothing() {
  return el(
    'div',
    { class: 'card empty' },
    el('p', { class: 'lead' }, 'No receipt yet'),
    el('p', {}, 'Choose the file that ends in .receipt.json and the key of the log.'),
  );
}

const BROKE = {
  file: 'The file itself is not a receipt, or it was changed.',
  proof: 'The proof in it cannot be read.',
  signature: 'Nobody you trust signed the checkpoint in it.',
  path: 'The way from the entry up does not lead to the signed root.',
  entry: 'The log holds this entry, but it is not what the receipt says.',
  subjects: 'The log holds this entry, but not the people whom the receipt names for it.',
};

function shown(result, name, source) {
  const parts = [banner(result, name)];
  if (result.answer === 'VALID') {
    parts.push(proves(result.found, source), people(result.found));
  }
  if (result.found.steps && result.found.claimed) {
    parts.push(
      el(
        'section',
        { class: 'card', 'aria-labelledby': 'path-title' },
        el('h2', { id: 'path-title' }, 'From the entry to the signed root'),
        pathPicture(result.found, result.answer === 'UNCHECKED' ? 'unchecked' : result.stage),
      ),
    );
  }
  return parts;
}

function about({ event }) {
  return event.type.startsWith('vote.') ? 'this vote on the action' : 'this ending of the action';
}

function banner({ answer, reason, stage, found }, name) {
  const attributes = (tone) => ({ class: `note verdict ${tone}`, 'data-answer': answer });
  if (answer === 'VALID') {
    return el(
      'div',
      attributes('ok'),
      el('strong', {}, 'VALID'),
      el('p', {}, `The log ${found.claimed.origin} holds ${about(found)}.`),
    );
  }
  if (answer === 'UNCHECKED') {
    return el(
      'div',
      attributes(''),
      el('strong', {}, 'Not checked'),
      el('p', {}, `${reason}. Use ./countersign verify instead.`),
    );
  }
  return el(
    'div',
    { ...attributes('no'), role: 'alert' },
    el('strong', {}, 'INVALID'),
    el('p', {}, `${name}: ${reason}.`),
    el('p', {}, BROKE[stage] ?? '', ' It proves nothing.'),
  );
}

/** Who the pseudonyms are, where the receipt proves it. */
function people({ people: proven, event }) {
  if (!proven) {
    return null;
  }
  const row = ([pseudonym, person]) => [
    el('dt', {}, el('strong', { class: 'wrap' }, person), roles(event, pseudonym)),
    el('dd', { class: 'mono wrap' }, pseudonym),
  ];
  return el(
    'section',
    { class: 'card', 'aria-labelledby': 'people' },
    el('h2', { id: 'people' }, 'Who the people are'),
    el('dl', { class: 'people' }, [...proven].map(row)),
    el(
      'p',
      { class: 'soft small' },
      'Proven here: the person’s key in this receipt and the person’s id give the pseudonym that the ' +
        'signed entry holds. Another id or key would give another one.',
    ),
  );
}

const DECIDED = { approve: 'approved', deny: 'denied' };

/** What the entry says they did, where it says it in a place that is known. */
function roles(event, pseudonym) {
  const voted = [event.details?.votes].flat().filter((vote) => vote?.person === pseudonym);
  const words = [
    event.actor?.type === 'person' && event.actor.id === pseudonym ? 'recorded for' : null,
    event.on_behalf_of === pseudonym ? 'asked, through an agent' : null,
    ...voted.map(({ decision }) => DECIDED[decision] ?? 'voted'),
  ].filter(Boolean);
  return words.length > 0 ? el('span', { class: 'soft small' }, ` ${words.join(', ')}`) : null;
}

function proves({ event, index, claimed, signer, people: proven }, source) {
  const row = (words, ...value) => [el('dt', {}, words), el('dd', {}, value)];
  return el(
    'section',
    { class: 'card', 'aria-labelledby': 'proves' },
    el('h2', { id: 'proves' }, 'What it proves'),
    el(
      'dl',
      {},
      row('Action', el('span', { class: 'mono' }, event.action)),
      row('What ran', el('span', { class: 'mono' }, event.digest)),
      row('Ended as', el('strong', {}, event.type)),
      row('When', moment(String(event.at)), ` (${event.at})`),
      event.actor ? row('Recorded for', `${event.actor.type} ${who(event.actor.id, proven)}`) : null,
      event.note ? row('Note', event.note) : null,
      row('Log', claimed.origin),
      row('Entry', `${index} of the first ${claimed.size}`),
      row('Signed by', el('span', { class: 'mono' }, signer), ' ', sourceTag(source)),
    ),
    el(
      'details',
      { class: 'digest' },
      el('summary', {}, 'The whole entry'),
      el('pre', { tabindex: '0' }, JSON.stringify(event, null, 2)),
    ),
  );
}

/** A proven person is shown instead of their pseudonym, which stands beside it further down. */
const who = (id, proven) => proven?.get(id) ?? id;

export const receiptLink = (id) =>
  link(`/receipt?action=${encodeURIComponent(id)}`, { class: 'button' }, 'Check the receipt');
