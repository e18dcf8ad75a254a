/** Starts the console: who is signed in, which page, live news. */
import { demo, post, session } from './api.js';
import { el, link, nodes } from './dom.js';
import { listen } from './live.js';
import { alarm } from './parts.js';
import { queuePage } from './queue.js';
import { actionPage } from './action.js';
import { auditPage } from './audit.js';
import { historyPage } from './history.js';
import { receiptPage } from './receipt.js';
import { signInPage, startPage } from './start.js';
import { slackPage } from './slack.js';

const main = document.getElementById('main');
const site = { session: null, demo: null, live: true, waiting: null, announce, navigate, header };
let page = null;

const ROUTES = [
  [/^\/$/, () => queuePage(site)],
  [/^\/history$/, () => historyPage(site)],
  [/^\/actions\/([^/]+)$/, (id) => actionPage(site, decodeURIComponent(id))],
  [/^\/audit$/, () => auditPage(site)],
  [/^\/slack\/link$/, () => slackPage(site)],
];

/** Says something to people who listen rather than look. */
function announce(words) {
  const region = document.getElementById('announce');
  region.textContent = '';
  setTimeout(() => (region.textContent = words), 50);
}

function navigate(address, { replace = false } = {}) {
  history[replace ? 'replaceState' : 'pushState'](null, '', address);
  show(true);
}

function show(moved) {
  page?.close?.();
  page = chosen();
  document.title = `${page.title} · Countersign`;
  main.replaceChildren(page.node);
  header();
  if (moved) {
    scrollTo(0, 0);
    main.focus({ preventScroll: true });
  }
}

function chosen() {
  const path = location.pathname;
  if (path === '/start' && site.demo) {
    return startPage(site);
  }
  if (path === '/receipt') {
    return receiptPage(site);
  }
  if (!site.session) {
    return site.demo && path === '/' ? startPage(site) : signInPage(site);
  }
  for (const [pattern, build] of ROUTES) {
    const found = path.match(pattern);
    if (found) {
      return build(...found.slice(1));
    }
  }
  return missing();
}

function missing() {
  const home = link('/', {}, 'the queue');
  const node = el(
    'div',
    {},
    el('h1', {}, 'Nothing is here'),
    el('p', {}, 'Go back to ', home, '.'),
  );
  return { title: 'Not found', node };
}

function header() {
  const person = site.session?.person;
  const to = (href, words, more) => {
    const here = location.pathname === href;
    return link(href, { 'aria-current': here ? 'page' : null }, words, more);
  };
  const waiting = site.waiting
    ? el('span', { class: 'count' }, site.waiting, el('span', { class: 'unseen' }, ' waiting'))
    : null;
  const places = person ? [to('/', 'Queue', waiting), to('/history', 'History')] : [];
  if (person?.roles?.includes('auditor')) {
    places.push(to('/audit', 'Audit'));
  }
  places.push(to('/receipt', 'Receipt'));
  if (site.demo) {
    places.push(to('/start', 'Start'));
  }
  const brand = el('span', { class: 'mark', 'aria-hidden': true });
  document
    .getElementById('top')
    .replaceChildren(
      ...nodes([
        link('/', { class: 'brand' }, brand, 'Countersign'),
        el('nav', { 'aria-label': 'Pages' }, places),
        site.live || !person ? null : el('span', { class: 'tag warn' }, 'live updates interrupted'),
        person ? whoIsHere(person) : null,
      ]),
    );
}

function whoIsHere(person) {
  const out = el('button', { type: 'button', class: 'quiet', on: { click: signOut } }, 'Sign out');
  const groups = (person.groups ?? []).join(', ');
  return el(
    'div',
    { class: 'me' },
    el('span', { class: 'who' }, person.display_name, groups ? ` · ${groups}` : ''),
    out,
  );
}

async function signOut() {
  try {
    await post('/auth/sign-out');
    location.assign('/');
  } catch (problem) {
    main.prepend(alarm(`You are still signed in: ${problem.message}.`));
  }
}

function followLinks(event) {
  const anchor = event.target.closest?.('a[data-route]');
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
  if (anchor && plain && !event.defaultPrevented && !event.altKey) {
    event.preventDefault();
    navigate(anchor.getAttribute('href'));
  }
}

function tick() {
  const now = Date.now();
  document.querySelectorAll('[data-tick]').forEach((node) => node.tick?.(now));
}

async function start() {
  document.addEventListener('click', followLinks);
  addEventListener('popstate', () => show(true));
  [site.session, site.demo] = await Promise.all([session(), demo()]);
  show(false);
  setInterval(tick, 1000);
  if (site.session) {
    listen({
      changed: (news) => page?.changed?.(news),
      caughtUp: () => page?.refresh?.(),
      state: (open) => {
        if (site.live !== open) {
          site.live = open;
          header();
        }
      },
    });
  }
}

start().catch((problem) => {
  const again = el(
    'button',
    { type: 'button', on: { click: () => location.reload() } },
    'Try again',
  );
  main.replaceChildren(
    el('h1', {}, 'The console could not start'),
    alarm(`${problem.message}.`, again),
  );
});
