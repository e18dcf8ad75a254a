/** One action: the packet, the vote, and what became of it, kept up to date while it is open. */
import { actionPath, get, packetOf } from './api.js';
import { copyButton, el, keep, link } from './dom.js';
import { alarm, deadline, moment, statusTag, tags } from './parts.js';
import { leavingCard, migrationCard, saidCard, statementCard, touchesCard, warningsCard, whyCard } from './packet.js';
import { receiptLink } from './receipt.js';
import { timelineCard } from './timeline.js';
import { voteBox } from './vote.js';
import {
  ending,
  guaranteeWords,
  isOver,
  requesterWords,
  statusTone,
  statusWords,
  titleOf,
} from './words.js';

const LAST_DITCH_MILLIS = 15000;

export function actionPage(site, id) {
  const me = site.session.person.id;
  const head = el('div');
  const state = el('div');
  const trouble = el('div');
  const warnings = el('div');
  const packetPart = el('div');
  const why = el('div');
  const said = el('div');
  const timeline = el('div');
  const evidence = el('div');
  let statement = null;
  let latest = null;
  let loading = null;
  let again = false;
  let closed = false;

  const box = voteBox(site, {
    hidesValues: () => statement?.hidesValues() ?? false,
    reveal: () => statement?.reveal(),
    redraw: () => latest && box.update(latest.action, latest.packet),
    reload: () => load(),
  });
  const left = el('div', { class: 'left' }, warnings, packetPart, why, said);
  const right = el('div', { class: 'right' }, box.node, timeline, evidence);
  const node = el('div', {}, head, state, trouble, el('div', { class: 'grid' }, left, right));
  right.hidden = true;

  /** One reading at a time; news during a reading cause one more. */
  function load() {
    again = Boolean(loading);
    loading ??= read().finally(() => {
      loading = null;
      if (again && !closed) {
        load();
      }
    });
    return loading;
  }

  async function read() {
    try {
      const action = await get(actionPath(id));
      const [packet, events] = await Promise.all([
        packetOf(action, { fresh: true }),
        get(actionPath(id, '/events')).then((list) => list.items ?? []),
      ]);
      if (!closed) {
        trouble.replaceChildren();
        render({ action, packet, events });
      }
    } catch (problem) {
      trouble.replaceChildren(problem.status === 404 ? unknown() : unreadable(problem));
    }
  }

  function unreadable(problem) {
    return alarm(
      `This action cannot be read now: ${problem.message}. It is tried again by itself.`,
    );
  }

  function unknown() {
    head.replaceChildren(el('h1', {}, 'No such action'));
    const words = 'It does not exist, or you may not see it. ';
    return el(
      'div',
      { class: 'card empty' },
      el('p', {}, words, link('/', {}, 'Go to the queue'), '.'),
    );
  }

  function render(found) {
    const { action, packet, events } = found;
    tellWhatChanged(found);
    latest = found;
    right.hidden = false;
    document.title = `${titleOf(action, packet)} · Countersign`;
    keep(head, { action: brief(action), packet: packet?.title }, () => heading(action, packet, me));
    keep(state, stateOf(action), () => stateBanner(action));
    keep(warnings, [packet?.warnings, packet?.uninspectable], () => packet && warningsCard(packet));
    if (
      keep(packetPart, [packet?.packet_digest, !packet && action.status], () =>
        packetCards(action, packet),
      )
    ) {
      statement = packetPart.querySelector('[aria-labelledby="runs"]');
    }
    keep(why, [packet, action.seats], () => packet && whyCard({ action, packet, me }));
    keep(said, packet?.packet_digest, () => packet && saidCard(packet));
    keep(timeline, [events, action.status, action.seats, packet?.votes], () =>
      timelineCard(found, me),
    );
    keep(evidence, [isOver(action), packet?.votes], () => evidenceCard(found, site));
    box.update(action, packet);
  }

  function packetCards(action, packet) {
    if (packet) {
      return [statementCard(packet, site.announce), leavingCard(packet), migrationCard(packet), touchesCard(packet)];
    }
    const words =
      action.status === 'EVALUATING'
        ? 'What will run is shown here as soon as it is judged.'
        : 'Only reviewers of this action and auditors see what it runs.';
    return el('div', { class: 'card empty' }, el('p', {}, words));
  }

  function tellWhatChanged(found) {
    if (!latest) {
      return;
    }
    const digest = (one) => one.packet?.action_digest;
    if (digest(latest) && digest(found) !== digest(latest)) {
      trouble.replaceChildren(
        alarm('The action changed since you opened it. Read it again before you decide.'),
      );
    }
    if (found.action.status !== latest.action.status) {
      site.announce(
        found.action.status === 'PENDING_REVIEW' ? 'Waiting for review' : ending(found.action),
      );
    } else if (JSON.stringify(found.action.seats) !== JSON.stringify(latest.action.seats)) {
      site.announce('A vote was counted');
    }
  }

  load();
  // The line for news may be down without anybody noticing: an open action is looked at anyway.
  const timer = setInterval(() => {
    if (!document.hidden && latest && !isOver(latest.action)) {
      load();
    }
  }, LAST_DITCH_MILLIS);
  return {
    title: 'Action',
    node,
    refresh: load,
    changed: (news) => news.id === id && load(),
    close: () => {
      closed = true;
      clearInterval(timer);
    },
  };
}

const brief = ({ id, tags: found, created_at: at, status }) => ({ id, found, at, status });

function heading(action, packet, me) {
  const where = packet ? `${packet.target} (${packet.environment})` : action.target;
  return [
    el(
      'div',
      { class: 'title' },
      el('h1', {}, titleOf(action, packet)),
      tags(action, packet),
      statusTag(action.status),
    ),
    el(
      'p',
      { class: 'sub' },
      `${requesterWords(action.requester, me, packet?.names)}, on `,
      el('strong', {}, where),
      ' · asked ',
      moment(action.created_at),
      ' · ',
      el('span', { class: 'mono wrap' }, action.id),
    ),
  ];
}

const stateOf = ({ status, outcome, error, grant, expires_at: until, created_at: since }) => ({
  status,
  outcome,
  error,
  grant,
  until,
  since,
});

const TONE_CLASS = { ok: 'ok', no: 'no', warn: '', plain: 'plain' };

function stateBanner(action) {
  if (action.status === 'PENDING_REVIEW') {
    return action.expires_at
      ? el(
          'div',
          { class: 'note clock' },
          deadline(action.created_at, action.expires_at),
          el('span', {}, 'Then it counts as not approved.'),
        )
      : null;
  }
  const outcome = action.outcome;
  const how = outcome?.guarantee ? `Guarantee: ${guaranteeWords(outcome.guarantee)}. Ended ` : null;
  return el(
    'div',
    { class: `note ${TONE_CLASS[statusTone(action.status)]}`, 'data-status': action.status },
    el('strong', {}, ending(action)),
    how && outcome.executed_at ? el('p', {}, how, moment(outcome.executed_at), '.') : null,
    action.error ? el('p', { class: 'wrap' }, `${capital(action.error.message)}`) : null,
    isOver(action) || action.status === 'NEEDS_RECONCILIATION'
      ? null
      : el('span', { class: 'unseen' }, statusWords(action.status)),
  );
}

const capital = (words) => words.charAt(0).toUpperCase() + words.slice(1);

function mayHaveReceipt(action, packet, person) {
  return (
    person.roles?.includes('auditor') ||
    packet?.party ||
    action.requester.id === person.id ||
    (packet?.votes ?? []).some((vote) => vote.person === person.id)
  );
}

/** A file of the person's own, which says how they voted: it is there before the action ends. */
function ownVote(action, packet, person) {
  if (!(packet?.votes ?? []).some((vote) => vote.person === person.id)) {
    return null;
  }
  const path = actionPath(action.id, '/votes/mine/receipt?subjects=true');
  const file = `${action.id}.named.vote-receipt.json`;
  return el(
    'p',
    {},
    el('a', { href: path, download: file }, 'Download your vote’s receipt'),
    ': it proves what you decided, and that it was you.',
  );
}

function evidenceCard({ action, packet }, site) {
  const card = (...inside) =>
    el(
      'section',
      { class: 'card', 'aria-labelledby': 'proof' },
      el('h2', { id: 'proof' }, 'Evidence'),
      inside,
    );
  if (!isOver(action)) {
    return card(
      el(
        'p',
        { class: 'soft' },
        'Every step is in the log before it takes effect. The receipt is made at the end.',
      ),
      ownVote(action, packet, site.session.person),
    );
  }
  if (!mayHaveReceipt(action, packet, site.session.person)) {
    return card(
      el(
        'p',
        { class: 'soft' },
        'There is a receipt: the requester, the voters and auditors can have it.',
      ),
    );
  }
  const file = `${action.id}.receipt.json`;
  const named = `${action.id}.named.receipt.json`;
  const command = `./countersign verify ${file} --key log.vkey`;
  return card(
    el('p', {}, 'The receipt proves this action to anyone, without trusting this server.'),
    el(
      'p',
      { class: 'downloads' },
      el(
        'a',
        { class: 'button', href: actionPath(action.id, '/receipt'), download: file },
        'Download the receipt',
      ),
      el(
        'a',
        { class: 'button', href: actionPath(action.id, '/receipt?subjects=true'), download: named },
        'Download it with names',
      ),
      receiptLink(action.id),
      el('a', { href: '/v1/audit/keys', download: 'log.vkey' }, 'Log key'),
    ),
    el(
      'p',
      { class: 'soft small' },
      'The first one calls people by pseudonyms. The one with names proves who they are, to whoever ' +
        'has the file and for as long as they have it.',
    ),
    ownVote(action, packet, site.session.person),
    el('pre', { class: 'line', tabindex: '0', 'aria-label': 'How to verify it' }, command),
    copyButton('Copy the command', () => command, site.announce),
  );
}
