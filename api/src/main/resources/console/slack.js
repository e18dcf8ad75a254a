/** Binds a Slack account to the person who is signed in, after they said so here. */
import { post } from './api.js';
import { el } from './dom.js';
import { alarm, empty } from './parts.js';

export function slackPage(site) {
  const code = new URLSearchParams(location.search).get('code');
  const person = site.session.person;
  const answer = el('div');
  const title = 'Link Slack';
  if (!code) {
    const words = 'Press a button on a Slack card: the answer there holds the link to this page.';
    return {
      title,
      node: el('div', {}, el('h1', {}, title), empty('The link has no code.', words)),
    };
  }
  const confirm = el('button', { type: 'button', class: 'yes', on: { click: send } }, 'Confirm');

  async function send() {
    confirm.disabled = true;
    try {
      await post('/v1/slack/link', { code });
      const done = `Linked. Votes from that Slack account now count as ${person.display_name}.`;
      card.replaceChildren(
        el('p', { class: 'note ok', role: 'status' }, done, ' You can close this page.'),
      );
    } catch (problem) {
      confirm.disabled = false;
      answer.replaceChildren(alarm(`It was not linked: ${problem.message}.`));
    }
  }

  const card = el(
    'section',
    { class: 'card narrow' },
    el('p', { class: 'lead' }, 'You are signed in as ', el('strong', {}, person.display_name), '.'),
    el(
      'p',
      {},
      'After you confirm, what the Slack account that gave you this link decides counts as ' +
        'your vote. Confirm only if you opened the link from your own Slack.',
    ),
    confirm,
    answer,
  );
  return { title, node: el('div', {}, el('h1', {}, 'Is this your Slack account?'), card) };
}
