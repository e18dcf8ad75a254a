/**
 * The tree of RFC 6962 in the reader's own browser: leaves, nodes, paths and how it grows. No page and
 * no network in here.
 */
import { base64, toBase64, utf8, Wrong } from './strict.js';

/** This browser cannot say; never to be mistaken for an answer. */
export class CannotCheck extends Error {}

/* Hashes are canonical base64 outside and bytes only here. */

export async function sha256(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await subtle().digest('SHA-256', whole));
}

export function subtle() {
  const found = globalThis.crypto?.subtle;
  if (!found) {
    throw new CannotCheck(
      'this browser gives pages no cryptography here: open the console over HTTPS',
    );
  }
  return found;
}

export const leafHash = async (entry) =>
  toBase64(await sha256(Uint8Array.of(0), typeof entry === 'string' ? utf8(entry) : entry));

export const nodeHash = async (left, right) =>
  toBase64(await sha256(Uint8Array.of(1), base64(left), base64(right)));

export function hash(text) {
  if (base64(text).length !== 32) {
    throw new Wrong('a hash has 32 bytes');
  }
  return text;
}

/** Hashes one a line, as the server answers proofs. */
export function hashes(text) {
  return text.split('\n').slice(0, -1).map(hash);
}

/**
 * The way from a leaf to a root (RFC 9162 section 2.1.3.2). `root` is null where the path does not
 * fit the index and the size.
 */
export async function climb(leaf, index, size, path) {
  const steps = [];
  let [node, last, own] = [index, size - 1n, leaf];
  if (index < 0n || index >= size) {
    return { steps, root: null };
  }
  for (const sibling of path) {
    if (last === 0n) {
      return { steps, root: null };
    }
    const left = (node & 1n) === 1n || node === last;
    own = left ? await nodeHash(sibling, own) : await nodeHash(own, sibling);
    steps.push({ sibling, left, hash: own });
    [node, last] = up(node, last, left);
  }
  return { steps, root: last === 0n ? own : null };
}

function up(node, last, left) {
  let [above, end] = [node, last];
  if (left) {
    while (above !== 0n && (above & 1n) === 0n) {
      above >>= 1n;
      end >>= 1n;
    }
    end = above === 0n ? 0n : end;
  }
  return [above >> 1n, end >> 1n];
}

/** Whether a tree extends a smaller one (RFC 9162 section 2.1.4.2). */
export async function extendsTree(older, newer, path) {
  if (older.size > newer.size) {
    return false;
  }
  if (older.size === newer.size) {
    return path.length === 0 && older.root === newer.root;
  }
  if (older.size === 0n) {
    return path.length === 0 && older.root === toBase64(await sha256());
  }
  const isPower = (older.size & (older.size - 1n)) === 0n;
  const all = isPower ? [older.root, ...path] : [...path];
  if (all.length === 0) {
    return false;
  }
  let [node, last] = [older.size - 1n, newer.size - 1n];
  while ((node & 1n) === 1n) {
    node >>= 1n;
    last >>= 1n;
  }
  let [before, after] = [all[0], all[0]];
  for (const sibling of all.slice(1)) {
    if (last === 0n) {
      return false;
    }
    const left = (node & 1n) === 1n || node === last;
    if (left) {
      before = await nodeHash(sibling, before);
      after = await nodeHash(sibling, after);
    } else {
      after = await nodeHash(after, sibling);
    }
    [node, last] = up(node, last, left);
  }
  return last === 0n && before === older.root && after === newer.root;
}
