/** Small pieces that several pages show. */
import { el, link } from './dom.js';
import { reversibleWords, statusTone, statusWords, timeLeft, when } from './words.js';

export function moment(iso, attributes = {}) {
  return el('time', { datetime: iso, title: iso, ...attributes }, when(iso));
}

/** Counts down by itself: the clock of the page calls `tick` on everything that has it. */
export function deadline(createdAt, expiresAt) {
  const start = new Date(createdAt).getTime();
  const end = new Date(expiresAt).getTime();
  const words = el('time', { datetime: expiresAt, title: expiresAt });
  const bar = el('progress', { max: Math.max(1, end - start), 'aria-hidden': true });
  const node = el('span', { class: 'deadline', 'data-tick': true }, words, bar);
  node.tick = (now) => {
    words.textContent = timeLeft(expiresAt, now);
    bar.value = Math.max(0, Math.min(end - start, end - now));
    node.classList.toggle('low', end - now < (end - start) * 0.25);
  };
  node.tick(Date.now());
  return node;
}

/** One dot for each seat, with the same in words. */
export function seatDots(seats) {
  return el(
    'ul',
    { class: 'seats', 'aria-label': 'Seats' },
    (seats ?? []).map((seat) => {
      const need = Math.min(seat.need, 12);
      const dots = Array.from({ length: need }, (_, place) =>
        el('i', { class: place < seat.have ? 'filled' : null }),
      );
      return el(
        'li',
        {},
        el('span', { class: 'dots', 'aria-hidden': true }, dots),
        el('span', {}, seat.group),
        el('span', { class: 'unseen' }, `: ${seat.have} of ${seat.need} approved`),
      );
    }),
  );
}

const CLASS_TONE = { read: 'plain', write: 'warn', export: 'warn', role: 'warn', ddl: 'warn' };

/** The class with how far back it goes, then the data tags. */
export function tags(action, packet) {
  const kind = packet?.statement_class ?? action.class;
  const reversible = packet?.reversible;
  const changes = kind && kind !== 'read';
  const words = changes && reversible ? `${kind} · ${reversibleWords(reversible)}` : kind;
  const tone = changes && reversible === 'no' ? 'no' : (CLASS_TONE[kind] ?? 'no');
  return el(
    'span',
    { class: 'tags' },
    kind ? el('span', { class: `tag ${tone}` }, words) : null,
    (packet?.tags ?? action.tags ?? []).map((tag) => el('span', { class: 'tag' }, tag)),
  );
}

export function statusTag(status) {
  return el('span', { class: `tag ${statusTone(status)}` }, statusWords(status));
}

/** What went wrong, where the reader looks; announced as soon as it appears. */
export function alarm(words, ...more) {
  return el('div', { class: 'note no', role: 'alert' }, el('p', {}, words), more);
}

/** A sentence for a page or list that has nothing to show. */
export function empty(title, words, ...more) {
  return el(
    'div',
    { class: 'card empty' },
    el('p', { class: 'lead' }, title),
    el('p', {}, words),
    more,
  );
}

export function actionLink(action, words) {
  return link(`/actions/${action.id}`, { class: 'cover' }, words);
}

/** The first thing a reviewer should read of a statement, on one line; dangerous clauses lead. */
export function preview(packet) {
  const text = packet.hides_values ? packet.statement_masked : packet.statement;
  const flat = (words) => words.replace(/\s+/g, ' ').trim();
  const whole = flat(text);
  if (whole.length <= 160) {
    return whole;
  }
  const lines = text.split('\n');
  const hot = (packet.hot_lines ?? []).map((number) => flat(lines[number - 1] ?? ''));
  return `${(hot.join(' … ') || whole).slice(0, 160)} …`;
}
