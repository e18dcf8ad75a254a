/** The log's keys: pinned by the reader in this browser, or else taken from this server. */
import { getText } from './api.js';
import { el, nodes } from './dom.js';
import { parseKeys } from './verify.js';

const PINNED = 'countersign.keys';

export function pinnedText() {
  try {
    return localStorage.getItem(PINNED);
  } catch {
    return null;
  }
}

function pin(text) {
  try {
    if (text === null) {
      localStorage.removeItem(PINNED);
    } else {
      localStorage.setItem(PINNED, text);
    }
    return true;
  } catch {
    return false;
  }
}

/** `{ text, source }`, where source is `pinned`, `server` or `none`. */
export async function knownKeys(mayAsk) {
  const pinned = pinnedText();
  if (pinned) {
    return { text: pinned, source: 'pinned' };
  }
  if (!mayAsk) {
    return { text: '', source: 'none' };
  }
  try {
    return { text: await getText('/v1/audit/keys'), source: 'server' };
  } catch {
    return { text: '', source: 'none' };
  }
}

const SOURCE = {
  pinned: ['ok', 'pinned in this browser', 'You pinned this key here earlier.'],
  server: [
    'warn',
    'from this server: proves consistency, not identity',
    'It shows that everything here fits together, but not whose log it is. Compare it with the ' +
      'key that you got another way, then pin it.',
  ],
  reader: ['plain', 'given by you', 'Pin it, and this browser uses it from now on.'],
  none: ['plain', 'none yet', 'Paste the log’s key or choose its file, as you got it.'],
};

export const sourceTag = (source) =>
  el('span', { class: `tag ${SOURCE[source][0]}`, 'data-source': source }, SOURCE[source][1]);

/** The card where a reader gives, sees and pins keys; `changed` gets what was parsed. */
export function keysCard(site, changed) {
  let source = 'none';
  const area = el('textarea', {
    id: 'keys',
    class: 'mono',
    rows: '3',
    spellcheck: 'false',
    'aria-describedby': 'keys-source keys-trouble',
    placeholder: 'name+id+base64',
    on: { input: () => taken(area.value, 'reader') },
  });
  const file = el('input', {
    id: 'keys-file',
    type: 'file',
    on: {
      change: async () => file.files[0] && taken(await file.files[0].text(), 'reader'),
    },
  });
  const about = el('p', { id: 'keys-source', class: 'small' });
  const trouble = el('p', { id: 'keys-trouble', class: 'trouble', role: 'alert' });
  const keep = el('button', { type: 'button', on: { click: () => pinNow() } }, 'Pin this key');
  const forget = el(
    'button',
    { type: 'button', class: 'quiet', on: { click: () => forgetNow() } },
    'Forget it',
  );
  const node = el(
    'section',
    { class: 'card', 'aria-labelledby': 'keys-title' },
    el('h2', { id: 'keys-title' }, 'The log’s key'),
    el('label', { for: 'keys' }, 'Key, one a line'),
    area,
    about,
    trouble,
    el('label', { for: 'keys-file' }, 'or its file'),
    file,
    el('p', { class: 'downloads pins' }, keep, forget),
  );

  async function taken(text, from) {
    source = from;
    if (area.value !== text) {
      area.value = text;
    }
    let keys = [];
    trouble.textContent = '';
    try {
      keys = await parseKeys(text);
    } catch (problem) {
      trouble.replaceChildren(...nodes([`This is no key: ${problem.message}.`]));
    }
    if (area.value === text) {
      show(keys);
      changed({ keys, source });
    }
  }

  function show(keys) {
    about.replaceChildren(...nodes([sourceTag(source), ' ', SOURCE[source][2]]));
    keep.hidden = source === 'pinned' || keys.length === 0;
    forget.hidden = source !== 'pinned';
  }

  function pinNow() {
    if (pin(area.value)) {
      site.announce('The key is pinned');
      taken(area.value, 'pinned');
    } else {
      trouble.textContent = 'This browser keeps nothing for pages, so it cannot be pinned.';
    }
  }

  async function forgetNow() {
    pin(null);
    const known = await knownKeys(Boolean(site.session));
    taken(known.text, known.source);
  }

  show([]);
  knownKeys(Boolean(site.session)).then(({ text, source: from }) => {
    if (source === 'none') {
      taken(text, from);
    }
  });
  return { node };
}
