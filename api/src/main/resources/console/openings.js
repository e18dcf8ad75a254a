/**
 * Who the people in an entry are: for each pseudonym the person's id and the key that it was made
 * with. Nothing signs this text: another id or key gives another pseudonym than the entry holds.
 */
import { base64, canonicalObject, toBase64, utf8, Wrong } from './strict.js';

const PSEUDONYM = /^sub_[A-Za-z0-9_-]{43}$/;
const KEY_TEXT = /^[A-Za-z0-9_-]{43}$/;
const KEY_BYTES = 32;

/** A person stands where an event puts one; the same text elsewhere is nobody. */
function pseudonyms(value, found = new Set()) {
  const own = (name) => (Object.hasOwn(value, name) ? value[name] : undefined);
  const add = (text) => typeof text === 'string' && PSEUDONYM.test(text) && found.add(text);
  if (Array.isArray(value)) {
    value.forEach((element) => pseudonyms(element, found));
  } else if (value !== null && typeof value === 'object') {
    if (own('type') === 'person') {
      add(own('id'));
    }
    add(own('person'));
    add(own('on_behalf_of'));
    Object.values(value).forEach((element) => pseudonyms(element, found));
  }
  return found;
}

/**
 * People by pseudonym, each proven and each in the entry, or a `Wrong`.
 *
 * @param subtle the browser's cryptography
 */
export async function openings(text, event, subtle) {
  const all = canonicalObject(text);
  if (!all) {
    throw new Wrong('the subjects are not canonical JSON');
  }
  const names = Object.keys(all).sort();
  if (names.length === 0) {
    throw new Wrong('the subjects are nobody');
  }
  const named = pseudonyms(event);
  const people = new Map();
  for (const name of names) {
    people.set(name, await person(name, all[name], subtle));
    if (!named.has(name)) {
      throw new Wrong('a subject is nobody whom the entry names');
    }
  }
  return people;
}

async function person(name, opening, subtle) {
  const isObject = opening !== null && typeof opening === 'object' && !Array.isArray(opening);
  const holds = (field) => Object.hasOwn(opening, field) && typeof opening[field] === 'string';
  if (!isObject || Object.keys(opening).length !== 2 || !holds('key') || !holds('person')) {
    throw new Wrong('a subject has a key and a person');
  }
  if ((await pseudonymOf(keyOf(opening.key), opening.person, subtle)) !== name) {
    throw new Wrong("a subject's key and person give another pseudonym");
  }
  return opening.person;
}

/** HMAC takes a key and the same with zeroes behind it for one: the length is exact. */
function keyOf(text) {
  if (KEY_TEXT.test(text)) {
    try {
      const key = base64(`${text.replaceAll('-', '+').replaceAll('_', '/')}=`);
      if (key.length === KEY_BYTES) {
        return key;
      }
    } catch {
      // Falls through to the one message for every wrong form.
    }
  }
  throw new Wrong("a subject's key is 32 bytes in canonical base64url");
}

async function pseudonymOf(key, id, subtle) {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const imported = await subtle.importKey('raw', key, algorithm, false, ['sign']);
  const code = await subtle.sign('HMAC', imported, utf8(`countersign/subject/v1\n${id}`));
  const text = toBase64(new Uint8Array(code)).replaceAll('+', '-').replaceAll('/', '_');
  return `sub_${text.replace('=', '')}`;
}
