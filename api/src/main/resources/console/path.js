/** The picture of the path from an entry's leaf up to the signed root. */
import { el, visible } from './dom.js';

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 340;
const BOX = { width: 150, height: 44 };
const STEP = 82;
const LEFT = 4;
const RIGHT = WIDTH - BOX.width - 4;
const CENTRE = (WIDTH - BOX.width) / 2;

function svg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
  element.append(...children.map((child) => (child instanceof Node ? child : visible(child))));
  return element;
}

const short = (hash) => `${hash.slice(0, 7)}…${hash.slice(-5)}`;

function box(x, y, kind, hash, words) {
  const middle = x + BOX.width / 2;
  return svg(
    'g',
    { class: `node ${kind}` },
    svg('title', {}, hash ?? words),
    svg('rect', { x, y, width: BOX.width, height: BOX.height, rx: 8 }),
    svg('text', { x: middle, y: y + 19, class: 'hash' }, hash ? short(hash) : '—'),
    svg('text', { x: middle, y: y + 35, class: 'words' }, words),
  );
}

function line(from, to, kind = '') {
  const bend = (from.y + to.y) / 2;
  const d = `M${from.x} ${from.y} V${bend} H${to.x} V${to.y}`;
  return svg('path', { d, class: `edge ${kind}` });
}

const top = (x, y) => ({ x: x + BOX.width / 2, y });
const bottom = (x, y) => ({ x: x + BOX.width / 2, y: y + BOX.height });

/**
 * @param found what the verifier found: leaf, steps, root (null: it leads nowhere) and the
 *   checkpoint as `claimed`
 * @param broken `signature`, `path`, `entry` or null: what of it is wrong
 */
export function pathPicture(found, broken) {
  const { steps, leaf, root, claimed } = found;
  const height = 2 * STEP + steps.length * STEP + BOX.height + 8;
  const yOf = (level) => height - BOX.height - 4 - level * STEP;
  const xOf = (level) =>
    level === steps.length ? CENTRE : steps[level].left ? RIGHT : LEFT;
  const parts = [];
  let own = leaf;
  steps.forEach((step, level) => {
    const y = yOf(level);
    const aside = step.left ? LEFT : RIGHT;
    const above = bottom(xOf(level + 1), yOf(level + 1));
    parts.push(line(top(xOf(level), y), above, 'own'), line(top(aside, y), above));
    parts.push(box(aside, y, 'given', step.sibling, 'sibling, as given'));
    parts.push(ownBox(xOf(level), y, level, own, broken));
    own = step.hash;
  });
  const end = steps.length;
  const matches = root === claimed.root;
  const signature = broken === 'signature' ? 'bad' : '';
  parts.push(
    end === 0
      ? ownBox(CENTRE, yOf(0), 0, own, broken)
      : box(CENTRE, yOf(end), matches ? 'own' : 'bad', own, 'root, computed here'),
    svg(
      'text',
      {
        x: WIDTH / 2,
        y: yOf(end) - 14,
        class: matches ? 'compare same' : 'compare other',
      },
      matches ? '= the same' : '≠ not the same',
    ),
    box(CENTRE, yOf(end + 1), signature || 'signed', claimed.root, signedWords(broken)),
  );
  const picture = svg(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${height - STEP + 8}`, class: 'path', role: 'img' },
    svg('title', {}, description(found, matches, broken)),
  );
  picture.setAttribute('viewBox', `0 ${yOf(end + 1) - 4} ${WIDTH} ${height - yOf(end + 1) + 4}`);
  picture.append(...parts);
  return el('figure', { class: 'picture' }, picture, caption(found), allHashes(found));
}

function ownBox(x, y, level, hash, broken) {
  const bad = level === 0 && broken === 'entry';
  const words = level === 0 ? 'leaf, computed here' : 'computed here';
  return box(x, y, bad ? 'bad' : 'own', hash, words);
}

const signedWords = (broken) =>
  broken === 'signature' ? 'root, not signed' : broken === 'unchecked' ? 'root' : 'root, signed';

function description({ steps, index, claimed }, matches, broken) {
  const ends = matches ? 'is the same as' : 'differs from';
  const signed = broken === 'signature' ? 'the checkpoint’s root' : 'the signed root';
  return (
    `Entry ${index} of ${claimed.size}: ${steps.length} steps up from its leaf; ` +
    `the root computed here ${ends} ${signed}.`
  );
}

function caption({ index, claimed, steps }) {
  const words = `Entry ${index} at the bottom, ${steps.length} hashes up to the root over all `;
  return el('figcaption', { class: 'soft small' }, words, `${claimed.size} entries.`);
}

/** The same in whole, to compare with other tools. */
function allHashes({ leaf, steps, root, claimed }) {
  const item = (words, hash) => [el('dt', {}, words), el('dd', { class: 'mono' }, hash ?? '—')];
  return el(
    'details',
    { class: 'digest' },
    el('summary', {}, 'All hashes in whole'),
    el(
      'dl',
      { class: 'hashes' },
      item('leaf, computed here', leaf),
      steps.map((step, level) => [
        item(`${step.left ? 'left' : 'right'} sibling ${level}, as given`, step.sibling),
        item(`level ${level + 1}, computed here`, step.hash),
      ]),
      item('root, computed here', root),
      item('root of the checkpoint', claimed.root),
    ),
  );
}
