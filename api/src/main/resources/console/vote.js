/** The vote box. It votes for one digest, the one of the packet on this page. */
import { actionPath, post, remove } from './api.js';
import { el, keep } from './dom.js';
import { alarm } from './parts.js';
import { rowsWords, shortDigest, titleOf } from './words.js';
import { standing } from './standing.js';

/** `hooks`: values hidden? reveal them; reload after every answer; say something. */
export function voteBox(site, hooks) {
  const reason = el('textarea', {
    id: 'reason',
    rows: '3',
    maxlength: '2000',
    'aria-describedby': 'reason-hint reason-trouble',
  });
  const trouble = el('p', { id: 'reason-trouble', class: 'trouble' });
  const answer = el('div');
  const body = el('div');
  const node = el(
    'section',
    { class: 'card vote', 'aria-labelledby': 'decide' },
    el('h2', { id: 'decide' }, 'Your decision'),
    body,
    answer,
  );
  let shown = null;
  let busy = false;

  function update(action, packet) {
    shown = { action, packet };
    const may = standing(action, packet, site.session);
    const data = { may, digest: packet?.action_digest, open: openSeats(action), busy };
    const typing = document.activeElement === reason;
    const [from, to] = [reason.selectionStart, reason.selectionEnd];
    if (keep(body, data, () => content(may)) && typing && reason.isConnected && !reason.disabled) {
      reason.focus({ preventScroll: true });
      reason.setSelectionRange(from, to);
    }
  }

  function content(may) {
    if (!shown.packet) {
      return el(
        'p',
        { class: 'soft' },
        may.approve ?? 'You may not see the packet, so you cannot decide.',
      );
    }
    const why = may.approve && el('p', { class: 'because' }, may.approve);
    if (may.over) {
      return why;
    }
    reason.disabled = Boolean(may.deny) || busy;
    return [
      mine(may),
      why,
      el('label', { for: 'reason' }, 'Reason'),
      reason,
      el('p', { id: 'reason-hint', class: 'soft' }, 'Needed to deny. The requester will read it.'),
      trouble,
      el(
        'div',
        { class: 'two' },
        button('Deny', 'no', may.deny, deny),
        button('Approve', 'yes', may.approve ?? (may.vote === 'approve' && 'done'), approve),
      ),
      el('p', { class: 'soft' }, consequence(may)),
      may.party ? takeBack() : null,
    ];
  }

  function button(words, look, why, click) {
    const attributes = {
      type: 'button',
      class: look,
      disabled: Boolean(why) || busy,
      on: { click },
    };
    return el('button', attributes, words);
  }

  function mine(may) {
    if (!may.vote) {
      return null;
    }
    const words = may.vote === 'approve' ? 'You approved this.' : 'You denied this.';
    const back = el(
      'button',
      { type: 'button', class: 'quiet', on: { click: withdraw } },
      'Take my vote back',
    );
    return el('p', { class: 'note ok' }, words, ' ', back);
  }

  function consequence(may) {
    const digest = shortDigest(shown.packet.action_digest);
    const votes = `Your vote is for ${digest} only.`;
    if (may.vote === 'approve') {
      return 'Others must still approve. Until then you can change your mind.';
    }
    if (may.approve) {
      return votes;
    }
    return openSeats(shown.action) <= 1
      ? `${votes} With your approval nobody else is needed, and it runs at once.`
      : `${votes} After your approval others must still approve.`;
  }

  function takeBack() {
    return el(
      'button',
      { type: 'button', class: 'wide', disabled: busy, on: { click: cancel } },
      'Cancel the request',
    );
  }

  function deny() {
    const text = reason.value.trim();
    if (!text) {
      trouble.textContent = 'Say why: the requester can only do better with a reason.';
      reason.setAttribute('aria-invalid', 'true');
      reason.focus();
      return;
    }
    send('Denied.', () => vote('deny', text));
  }

  async function approve() {
    const { packet } = shown;
    const hidden = hooks.hidesValues();
    hooks.reveal();
    if (packet.reversible === 'no' || hidden) {
      if (!(await confirmed(shown.action, packet, hidden))) {
        return;
      }
    }
    send('Your approval is in.', () => vote('approve', reason.value.trim()));
  }

  function vote(decision, text) {
    const digest = shown.packet.action_digest;
    return post(actionPath(shown.action.id, '/votes'), {
      decision,
      action_digest: digest,
      reason: text,
    });
  }

  function withdraw() {
    send('Your vote is taken back.', () => remove(actionPath(shown.action.id, '/votes/mine')));
  }

  function cancel() {
    send('Cancelled.', () => post(actionPath(shown.action.id, '/cancel'), {}));
  }

  async function send(done, call) {
    if (busy) {
      return;
    }
    busy = true;
    trouble.textContent = '';
    reason.removeAttribute('aria-invalid');
    answer.replaceChildren();
    hooks.redraw();
    try {
      await call();
      site.announce(done);
      reason.value = '';
    } catch (problem) {
      answer.replaceChildren(alarm(`${sentence(problem.message)} Your vote was not counted.`));
    }
    busy = false;
    await hooks.reload();
  }

  return { node, update };
}

const openSeats = (action) =>
  (action.seats ?? []).reduce((sum, seat) => sum + Math.max(0, seat.need - seat.have), 0);

/** The server's words as a sentence. */
function sentence(words) {
  const text = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

const shown = (value, at) => `$${at + 1} = ${value ?? 'null'}`;

/** One more question before something that cannot be taken back. */
function confirmed(action, packet, wasHidden) {
  const yes = el('button', { type: 'button', class: 'yes' }, 'Yes, approve');
  const back = el('button', { type: 'button', autofocus: true }, 'Go back');
  const dialog = el(
    'dialog',
    { 'aria-labelledby': 'sure' },
    el('h2', { id: 'sure', class: 'plain' }, `${titleOf(action, packet)} on ${packet.target}?`),
    packet.reversible === 'no'
      ? el('p', {}, `There is no way back from this: ${rowsWords(packet)}.`)
      : null,
    wasHidden
      ? [
          el('p', {}, 'Values were hidden until now. This is the whole statement:'),
          el('pre', { tabindex: '0', 'aria-label': 'The statement' }, packet.statement),
          packet.params?.length
            ? el('p', { class: 'wrap' }, `Parameters: ${packet.params.map(shown).join(', ')}`)
            : null,
        ]
      : null,
    el('p', { class: 'soft mono' }, `sha256 ${shortDigest(packet.action_digest)}`),
    el('div', { class: 'two' }, back, yes),
  );
  document.body.append(dialog);
  return new Promise((resolve) => {
    yes.addEventListener('click', () => dialog.close('yes'));
    back.addEventListener('click', () => dialog.close('back'));
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
    dialog.showModal();
  });
}
