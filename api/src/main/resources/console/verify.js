/**
 * Checks evidence in the reader's own browser, by the rules of `countersign verify`: RFC 6962
 * trees, C2SP signed notes, checkpoints and proofs. No page and no network in here.
 */
import { openings } from './openings.js';
import { base64, canonicalObject, number, pieces, receiptFields, strip, utf8, Wrong } from './strict.js';
import { CannotCheck, climb, hash, leafHash, sha256, subtle } from './tree.js';

const MAX_RECEIPT = 1 << 20;
const MAX_PATH = 63;
const MAX_SIGNATURES = 64;
const HEADER = 'c2sp.org/tlog-proof@v1';
const RECEIPT = 'countersign-receipt/v1';
const VOTE_RECEIPT = 'countersign-vote-receipt/v1';
const FIELDS = ['type', 'action_id', 'action_digest', 'entry', 'proof'];
const CLOSING = [
  'action.refused',
  'action.denied',
  'action.expired',
  'action.cancelled',
  'action.lapsed',
  'action.revoked',
  'action.succeeded',
  'action.failed',
  'action.unknown',
  'action.reconciled',
];
const VOTES = ['vote.counted', 'vote.refused', 'vote.withdrawn', 'vote.late'];
const NAME = /^[^+\p{Z}\u0000-\u001f\u007f-\u009f]+$/u;

/* Keys */

async function keyId(name, typed) {
  const digest = await sha256(utf8(name), Uint8Array.of(10), typed);
  return [...digest.slice(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function requireName(name) {
  if (name.length > 255 || !NAME.test(name)) {
    throw new Wrong("a key's name has no space and no `+`");
  }
}

/** Reads one key a line: a vkey, or `VKEY until SIZE` for a retired one. */
export async function parseKeys(text) {
  const keys = [];
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (strip(line)) {
      keys.push(await trustedKey(strip(line)));
    }
  }
  return keys;
}

async function trustedKey(line) {
  const [vkey, until] = pieces(line, ' until ', 2);
  const end = until === undefined ? null : number(until);
  const parts = pieces(vkey, '+', 3);
  if (parts.length !== 3) {
    throw new Wrong('a key is written `name+id+base64`');
  }
  const [name, id, encoded] = parts;
  const typed = base64(encoded);
  if (typed.length !== 33 || typed[0] !== 1) {
    throw new Wrong('the key is not an Ed25519 key');
  }
  requireName(name);
  if (id !== (await keyId(name, typed))) {
    throw new Wrong("the key's id does not belong to its name and bytes");
  }
  return { vkey, name, id, key: typed.slice(1), until: end };
}

async function isSignedBy({ key }, signed, signature) {
  let imported;
  try {
    imported = await subtle().importKey('raw', key, { name: 'Ed25519' }, false, ['verify']);
  } catch (problem) {
    if (problem instanceof CannotCheck) {
      throw problem;
    }
    throw new CannotCheck('this browser cannot check Ed25519 signatures');
  }
  return subtle().verify({ name: 'Ed25519' }, imported, signature, signed);
}

/* Notes and checkpoints */

export function parseNote(note) {
  if (/[\u0000-\u0009\u000b-\u001f]/.test(note)) {
    throw new Wrong('the note holds a control character');
  }
  const blank = note.lastIndexOf('\n\n');
  if (blank < 0 || !note.endsWith('\n') || blank + 2 === note.length) {
    throw new Wrong('the note has no signature');
  }
  const lines = pieces(note.slice(blank + 2, -1), '\n', MAX_SIGNATURES + 2);
  const signatures = lines.map(signatureLine);
  if (signatures.length > MAX_SIGNATURES) {
    throw new Wrong('the note has too many signatures');
  }
  return { text: note.slice(0, blank + 1), signatures };
}

function signatureLine(line) {
  const space = line.lastIndexOf(' ');
  if (!line.startsWith('\u2014 ') || space < 2) {
    throw new Wrong('a signature line is malformed');
  }
  const name = line.slice(2, space);
  requireName(name);
  const bytes = base64(line.slice(space + 1));
  if (bytes.length < 5) {
    throw new Wrong('a signature line is malformed');
  }
  const id = [...bytes.slice(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return { name, id, signature: bytes.slice(4) };
}

export function parseCheckpoint(text) {
  const lines = text.split('\n');
  if (lines.length < 4 || lines.slice(0, -1).includes('')) {
    throw new Wrong('a checkpoint has lines for origin, size and root');
  }
  return { origin: lines[0], size: number(lines[1]), root: hash(lines[2]) };
}

/** Checks a signed checkpoint: by a known key whose name is its origin and that signs this far. */
export async function openCheckpoint(note, keys) {
  const { text, signatures } = parseNote(note);
  const signed = utf8(text);
  const signers = [];
  for (const line of signatures) {
    for (const key of keys.filter(({ id, name }) => id === line.id && name === line.name)) {
      if (!(await isSignedBy(key, signed, line.signature))) {
        throw new Wrong('the signature of a known key is wrong');
      }
      signers.push(key.vkey);
    }
  }
  if (signers.length === 0) {
    throw new Wrong('no known key signed this');
  }
  const checkpoint = parseCheckpoint(text);
  const own = keys.filter((key) => signers.includes(key.vkey) && key.name === checkpoint.origin);
  if (own.length === 0) {
    throw new Wrong('the checkpoint is of another log than the key');
  }
  const allowed = own.filter((key) => key.until === null || checkpoint.size <= key.until);
  if (allowed.length === 0) {
    const until = own[0].until;
    const size = checkpoint.size;
    throw new Wrong(`its key was retired at size ${until}, the checkpoint has size ${size}`);
  }
  return { ...checkpoint, signer: allowed[0].vkey };
}

/* Receipts */

export function parseProof(proof) {
  const blank = proof.indexOf('\n\n');
  if (blank < 0) {
    throw new Wrong('the proof has no checkpoint');
  }
  const lines = pieces(proof.slice(0, blank), '\n', MAX_PATH + 4);
  if (lines.shift() !== HEADER) {
    throw new Wrong(`the proof does not begin with \`${HEADER}\``);
  }
  let extra = null;
  if (lines[0]?.startsWith('extra ')) {
    extra = lines.shift().slice('extra '.length);
    base64(extra);
  }
  if (!lines[0]?.startsWith('index ')) {
    throw new Wrong('the proof has no index');
  }
  const index = number(lines.shift().slice('index '.length));
  if (lines.length > MAX_PATH) {
    throw new Wrong('the proof has too many hashes');
  }
  return { extra, index, path: lines.map(hash), checkpoint: proof.slice(blank + 2) };
}

/**
 * Checks a receipt, trusting nothing but the keys it is given.
 *
 * Answers `{ answer: 'VALID' | 'INVALID' | 'UNCHECKED', reason, stage, found }`: `stage` is where
 * it broke (`file`, `proof`, `signature`, `path`, `entry`, `subjects`) and `found` whatever could be
 * read until then, which without VALID proves nothing.
 */
export async function verifyReceipt(bytes, keys) {
  const state = { stage: 'file', found: {} };
  try {
    await checkReceipt(bytes, keys, state);
    return { answer: 'VALID', reason: null, stage: null, found: state.found };
  } catch (problem) {
    const { stage, found } = state;
    if (problem instanceof Wrong) {
      return { answer: 'INVALID', reason: problem.message, stage, found };
    }
    const reason = problem instanceof CannotCheck ? problem.message : 'this browser failed at it';
    return { answer: 'UNCHECKED', reason, stage, found };
  }
}

async function checkReceipt(bytes, keys, state) {
  const { found } = state;
  if (bytes.length > MAX_RECEIPT) {
    throw new Wrong('a receipt has at most 1 MiB');
  }
  const fields = receiptFields(bytes);
  const names = [...fields.keys()].filter((name) => name !== 'subjects');
  if (names.length !== FIELDS.length || !FIELDS.every((name) => fields.has(name))) {
    throw new Wrong(
      'a receipt has the fields type, action_id, action_digest, entry and proof, and may have subjects',
    );
  }
  if (![RECEIPT, VOTE_RECEIPT].includes(fields.get('type'))) {
    throw new Wrong(`the type is neither \`${RECEIPT}\` nor \`${VOTE_RECEIPT}\``);
  }
  found.fields = Object.fromEntries(fields);
  state.stage = 'proof';
  const proof = parseProof(fields.get('proof'));
  if (proof.extra !== null) {
    throw new Wrong("a receipt's proof has no extra line");
  }
  await picture(found, proof, fields.get('entry'));
  state.stage = 'signature';
  const checkpoint = await openCheckpoint(proof.checkpoint, keys);
  found.signer = checkpoint.signer;
  state.stage = 'path';
  const leaf = await leafHash(fields.get('entry'));
  const { root } = await climb(leaf, proof.index, checkpoint.size, proof.path);
  if (root !== checkpoint.root) {
    throw new Wrong('the entry is not in the log at this index');
  }
  state.stage = 'entry';
  compare(found, fields);
  if (fields.has('subjects')) {
    state.stage = 'subjects';
    found.people = await openings(fields.get('subjects'), found.event, subtle());
  }
}

/** What can be drawn before anything is trusted. */
async function picture(found, proof, entry) {
  found.index = proof.index;
  found.path = proof.path;
  try {
    found.event = canonicalObject(entry);
    found.claimed = parseCheckpoint(parseNote(proof.checkpoint).text);
    found.leaf = await leafHash(entry);
    Object.assign(found, await climb(found.leaf, proof.index, found.claimed.size, proof.path));
  } catch {
    // What is missing is said by the checks that follow.
  }
}

/** The entry is the log's; now it must be the one that the receipt is about. */
function compare(found, fields) {
  const event = canonicalObject(fields.get('entry'));
  if (!event) {
    throw new Wrong('the entry is not canonical JSON');
  }
  const value = (name) => (Object.hasOwn(event, name) ? event[name] : undefined);
  const id = fields.get('action_id');
  if (!/^act_[0-9A-HJKMNP-TV-Z]{26}$/.test(id) || id !== value('action')) {
    throw new Wrong('the entry is about another action');
  }
  const digest = fields.get('action_digest');
  if (!/^sha256:[0-9a-f]{64}$/.test(digest) || digest !== value('digest')) {
    throw new Wrong('the entry has another action digest');
  }
  if (fields.get('type') === VOTE_RECEIPT) {
    if (!VOTES.includes(value('type'))) {
      throw new Wrong('the entry is no vote');
    }
  } else if (!CLOSING.includes(value('type'))) {
    throw new Wrong('the entry does not close its action');
  }
  found.event = event;
}

