/** Binds a Slack account to the person who is signed in, after they said so here. */
import { post } from './api.js';
import { el } from './dom.js';
import { alarm, empty } from './parts.js';

export function slackPage(site) {
  const title = 'Link Slack';
  const code = new URLSearchParams(location.search).get('code');
  const person = site.session.person;
  if (!code) {
    const words = 'Press a button on a Slack card: the answer there holds the link to this page.';
    return page(title, 'Link Slack', empty('The link has no code.', words));
  }
  const answer = el('div');
  const account = el('p', {}, 'One moment …');
  const confirm = el('button', { type: 'button', class: 'yes', disabled: true }, 'Confirm');
  confirm.addEventListener('click', send);
  const card = el(
    'section',
    { class: 'card narrow', 'aria-label': title },
    el('p', { class: 'lead' }, 'You are signed in as ', el('strong', {}, person.display_name), '.'),
    account,
    el('p', {}, 'Confirm only if you opened the link from your own Slack.'),
    confirm,
    answer,
  );

  async function look() {
    try {
      const found = await post('/v1/slack/link/preview', { code });
      account.replaceChildren(
        'After you confirm, what the Slack account ',
        el('strong', { class: 'mono' }, found.user_id),
        ' of workspace ',
        el('strong', { class: 'mono' }, found.team_id),
        ' decides counts as your vote.',
      );
      confirm.disabled = false;
    } catch (problem) {
      account.replaceChildren();
      answer.replaceChildren(alarm(`It cannot be linked: ${problem.message}.`));
    }
  }

  async function send() {
    confirm.disabled = true;
    try {
      await post('/v1/slack/link', { code });
      const done = `Linked. Votes from that Slack account now count as ${person.display_name}.`;
      const words = ' You can close this page.';
      card.replaceChildren(el('p', { class: 'note ok', role: 'status' }, done, words));
    } catch (problem) {
      confirm.disabled = false;
      answer.replaceChildren(alarm(`It was not linked: ${problem.message}.`));
    }
  }

  look();
  return page(title, 'Is this your Slack account?', card);
}

const page = (title, heading, ...inside) => ({
  title,
  node: el('div', {}, el('h1', {}, heading), inside),
});
