/** The checkpoint that this browser saw last, held against the present one. */
import { getText } from './api.js';
import { el } from './dom.js';
import { moment } from './parts.js';
import { extendsTree, hashes } from './tree.js';
import { parseCheckpoint, parseNote } from './verify.js';

const SEEN = 'countersign.seen:';

export function lastSeen(origin) {
  try {
    const { note, at } = JSON.parse(localStorage.getItem(SEEN + origin));
    return { note, at, checkpoint: parseCheckpoint(parseNote(note).text) };
  } catch {
    return null;
  }
}

/** Remembers a checkpoint whose signature was checked here. */
export function remember(origin, note) {
  try {
    localStorage.setItem(SEEN + origin, JSON.stringify({ note, at: new Date().toISOString() }));
  } catch {
    // A browser that keeps nothing for pages compares nothing next time.
  }
}

/** `first`, `same`, `grew` or `rewritten`; throws where the server cannot be asked. */
export async function compared(seen, present) {
  if (!seen) {
    return 'first';
  }
  const older = seen.checkpoint;
  if (older.size === present.size) {
    return older.root === present.root ? 'same' : 'rewritten';
  }
  if (older.size > present.size) {
    return 'rewritten';
  }
  const path = await getText(`/v1/audit/consistency?old=${older.size}&new=${present.size}`);
  try {
    return (await extendsTree(older, present, hashes(path))) ? 'grew' : 'rewritten';
  } catch {
    return 'rewritten';
  }
}

export function consistencyNote(outcome, seen, note, present) {
  const state = (tone, ...inside) =>
    el('div', { class: `note ${tone}`, 'data-consistency': outcome }, inside);
  if (outcome === 'first') {
    return state(
      'plain',
      'First visit with this browser: the checkpoint is remembered, and held against the log ' +
        'at your next visit.',
    );
  }
  if (outcome === 'same') {
    return state('ok', 'Nothing was added since this browser looked ', moment(seen.at), '.');
  }
  if (outcome === 'grew') {
    const words = `It grew from ${seen.checkpoint.size} to ${present.size} entries since `;
    return state('ok', words, moment(seen.at), '. Nothing before was changed: checked here.');
  }
  return el(
    'div',
    { class: 'note no', role: 'alert', 'data-consistency': 'rewritten' },
    el('strong', {}, 'This log was rewritten.'),
    el(
      'p',
      {},
      `This browser saw ${seen.checkpoint.size} entries at `,
      moment(seen.at),
      `. The present checkpoint over ${present.size} does not extend them. Keep both: two signed `,
      'checkpoints that contradict each other are proof.',
    ),
    el(
      'p',
      { class: 'downloads' },
      save('Save the one seen before', 'checkpoint-before.txt', seen.note),
      save('Save the present one', 'checkpoint-now.txt', note),
    ),
  );
}

function save(words, name, text) {
  const click = () => {
    const anchor = document.createElement('a');
    anchor.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
    anchor.download = name;
    anchor.click();
    setTimeout(() => URL.revokeObjectURL(anchor.href), 10000);
  };
  return el('button', { type: 'button', on: { click } }, words);
}
