/** The way in: signing in, and the demo's page for a newcomer. */
import { asAgent } from './api.js';
import { copyButton, el, keep, link } from './dom.js';
import { alarm, deadline, seatDots, statusTag, tags } from './parts.js';
import { isOver, statusWords, titleOf } from './words.js';

const POLL_MILLIS = 3000;
const PROMISE = ['An agent proposes.', 'People countersign.', 'It runs exactly once.'];

export function signInPage(site) {
  const back = location.pathname + location.search;
  const node = el(
    'div',
    { class: 'narrow' },
    el('h1', {}, 'Sign in to Countersign'),
    el('p', { class: 'sub' }, 'Agents propose; people countersign exactly that action.'),
    el(
      'section',
      { class: 'card' },
      site.demo
        ? people(site.demo, back)
        : el(
            'a',
            { class: 'button yes', href: `/auth/sign-in?return=${encodeURIComponent(back)}` },
            'Sign in',
          ),
    ),
  );
  return { title: 'Sign in', node };
}

export function startPage(site) {
  const offer = site.demo;
  const waiting = el('div');
  let closed = false;
  let timer = 0;

  async function load() {
    clearTimeout(timer);
    try {
      const found = await asAgent(offer.agent_token, 'GET', '/v1/actions?limit=20');
      keep(waiting, found.items, () => waitingList(found.items, offer));
    } catch (problem) {
      waiting.replaceChildren(alarm(`The waiting actions cannot be read: ${problem.message}.`));
      waiting.shown = null;
    }
    if (!closed) {
      timer = setTimeout(load, POLL_MILLIS);
    }
  }

  load();
  const node = el(
    'div',
    { class: 'start' },
    el('p', { class: 'eyebrow' }, 'A demo with a real PostgreSQL behind it'),
    el(
      'h1',
      {},
      PROMISE.map((words) => el('span', {}, words, ' ')),
    ),
    el(
      'p',
      { class: 'sub' },
      'Play both sides here. Everything is made up, nothing leaves this machine.',
    ),
    el(
      'ol',
      { class: 'steps' },
      step('Look', 'These wait for a decision', waiting),
      step('Decide', 'Be a reviewer', people(offer, '/'), whoElse(site)),
      step('Ask', 'Be the agent', agentDesk(site, load)),
    ),
  );
  return { title: 'Start', node, close: () => ((closed = true), clearTimeout(timer)) };
}

function step(verb, words, ...inside) {
  return el(
    'li',
    { class: 'card' },
    el('h2', {}, el('span', { class: 'verb' }, verb), words),
    inside,
  );
}

function waitingList(actions, offer) {
  const titles = new Map((offer.actions ?? []).map((one) => [one.id, one]));
  const waiting = actions.filter((action) => !isOver(action)).slice(0, 5);
  if (!waiting.length) {
    return el(
      'p',
      { class: 'soft' },
      'Nothing waits just now. Be the agent below and ask for something.',
    );
  }
  return el(
    'ul',
    { class: 'list' },
    waiting.map((action) =>
      el(
        'li',
        { class: 'row brief' },
        el(
          'div',
          { class: 'what' },
          el(
            'h3',
            {},
            link(
              `/actions/${action.id}`,
              { class: 'cover' },
              titleOf({ ...titles.get(action.id), ...action }),
            ),
          ),
          tags(action),
        ),
        action.status === 'PENDING_REVIEW' ? seatDots(action.seats) : statusTag(action.status),
        action.expires_at ? deadline(action.created_at, action.expires_at) : null,
      ),
    ),
  );
}

function people(offer, back) {
  return el(
    'ul',
    { class: 'people' },
    offer.people.map((person) =>
      el(
        'li',
        {},
        el(
          'a',
          { class: 'button', href: withReturn(person.sign_in_url, back) },
          'Sign in as ',
          el('strong', {}, person.display_name),
        ),
        el('span', { class: 'soft' }, person.about ?? groupsOf(person)),
      ),
    ),
  );
}

const groupsOf = (person) => (person.groups?.length ? person.groups.join(', ') : 'in no group');

function withReturn(address, back) {
  const url = new URL(address, location.origin);
  url.searchParams.set('return', back);
  return url.href;
}

function whoElse(site) {
  const person = site.session?.person;
  const words = person
    ? [
        'You are ',
        el('strong', {}, person.display_name),
        ' now. Choose another to see the other side, or ',
        link('/', {}, 'open your queue'),
        '.',
      ]
    : [
        'Some actions need two different people. Carol stands behind the agent: ' +
          'see what happens when she approves.',
      ];
  return el('p', { class: 'soft' }, words);
}

const EXAMPLE = "update orders set status = 'void' where id = 42";

/** Asks as the agent, from this page or from a terminal. */
function agentDesk(site, asked) {
  const offer = site.demo;
  const sql = el('textarea', {
    id: 'sql',
    rows: '3',
    class: 'mono',
    spellcheck: 'false',
    maxlength: '65536',
  });
  sql.value = offer.example_sql ?? EXAMPLE;
  const reason = el('input', { id: 'why-asked', type: 'text', maxlength: '2000' });
  reason.value = 'customer 42 asked to void the order';
  const answer = el('div', { 'aria-live': 'polite' });
  const button = el('button', { type: 'submit', class: 'yes' }, 'Ask as agent-1');
  const form = el(
    'form',
    { on: { submit: send } },
    el('label', { for: 'sql' }, 'SQL'),
    sql,
    el('label', { for: 'why-asked' }, 'Reason'),
    reason,
    button,
    answer,
  );

  async function send(event) {
    event.preventDefault();
    button.disabled = true;
    try {
      const body = {
        kind: 'execute_sql',
        target: offer.target ?? 'shop',
        arguments: { sql: sql.value },
        reason: reason.value,
      };
      answer.replaceChildren(said(await asAgent(offer.agent_token, 'POST', '/v1/actions', body)));
      asked();
    } catch (problem) {
      answer.replaceChildren(alarm(`The agent is told: ${problem.message}.`));
    }
    button.disabled = false;
  }

  return [
    form,
    el(
      'details',
      {},
      el('summary', {}, 'Or from a terminal'),
      el('pre', { tabindex: '0', 'aria-label': 'The command' }, offer.curl),
      copyButton('Copy the command', () => offer.curl, site.announce),
    ),
  ];
}

function said(action) {
  return el(
    'p',
    { class: `note ${isOver(action) ? 'plain' : 'ok'}` },
    'The agent is told: ',
    el('strong', {}, statusWords(action.status)),
    action.error ? ` (${action.error.message}). ` : '. ',
    link(`/actions/${action.id}`, {}, 'Open it'),
  );
}
