/** Every action this person may see, newest first. */
import { listActions } from './api.js';
import { el, nodes } from './dom.js';
import { alarm, empty } from './parts.js';
import { done, withPackets } from './queue.js';
import { STATUSES, statusWords } from './words.js';

const PAGE = 50;

export function historyPage(site) {
  const wanted = new URLSearchParams(location.search).get('status') ?? '';
  const status = STATUSES.includes(wanted) ? wanted : '';
  const choice = el(
    'select',
    { id: 'status', on: { change: () => site.navigate(address(choice.value), { replace: true }) } },
    el('option', { value: '' }, 'any status'),
    STATUSES.map((name) =>
      el('option', { value: name, selected: name === status }, statusWords(name)),
    ),
  );
  const lists = el('div', { 'aria-live': 'off' });
  const trouble = el('div');
  const fresh = el('div');
  const more = el('button', { type: 'button', on: { click: () => load() } }, 'Show older ones');
  more.hidden = true;
  const node = el(
    'div',
    {},
    el('h1', {}, 'History'),
    el('p', { class: 'sub' }, 'Every action you may see, the newest first.'),
    el('div', { class: 'filters' }, el('label', { for: 'status' }, 'Status'), choice),
    fresh,
    el('h2', { class: 'unseen' }, 'Actions'),
    lists,
    trouble,
    more,
  );
  let cursor = null;
  let seen = null;

  async function load() {
    more.disabled = true;
    try {
      const found = await listActions({ status, limit: PAGE, cursor });
      const entries = await withPackets(found.items);
      trouble.replaceChildren();
      seen ??= found.items[0]?.id ?? '';
      if (entries.length) {
        lists.append(done(entries, site.session.person.id));
      } else if (!lists.firstChild) {
        lists.append(nothing(status));
      }
      cursor = found.next_cursor;
      more.hidden = !cursor;
    } catch (problem) {
      trouble.replaceChildren(alarm(`The history cannot be read: ${problem.message}.`));
      more.hidden = false;
    }
    more.disabled = false;
  }

  /** A list that jumps while it is read is no help: newer ones are offered, not pushed in. */
  function offer() {
    const again = () => site.navigate(location.pathname + location.search, { replace: true });
    const button = el('button', { type: 'button', on: { click: again } }, 'Show what changed');
    if (seen !== null && !fresh.firstChild) {
      fresh.replaceChildren(
        ...nodes([el('p', { class: 'note plain' }, 'Something changed. ', button)]),
      );
    }
  }

  load();
  return { title: 'History', node, changed: offer };
}

const address = (status) => (status ? `/history?status=${status}` : '/history');

function nothing(status) {
  return status
    ? empty(`None is ${statusWords(status)}.`, 'Choose another status to see more.')
    : empty('Nothing has happened yet.', 'Actions that agents ask for appear here.');
}
