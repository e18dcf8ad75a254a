/**
 * Encodings with exactly one text per value. Browsers' own decoders repair or tolerate, and each
 * tolerance is a second text that would verify.
 */

/** What is wrong with evidence, in the words of the command line's verifier. */
export class Wrong extends Error {}

const MAX_LONG = 2n ** 63n - 1n;
const MAX_DEPTH = 1000;
const WHITE = '[\\t-\\r\\x1c-\\x20\\u1680\\u2000-\\u2006\\u2008-\\u200a\\u2028\\u2029\\u205f\\u3000]+';
const BLANK = new RegExp(`^${WHITE}|${WHITE}$`, 'g');

export function utf8(text) {
  if (/\p{Cs}/u.test(text)) {
    throw new Wrong('the text holds half of a surrogate pair');
  }
  return new TextEncoder().encode(text);
}

export function fromUtf8(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Wrong('the text is not UTF-8');
  }
}

/** Standard base64 with padding; the re-encoding must give the same text. */
export function base64(text) {
  try {
    const binary = atob(text);
    if (btoa(binary) === text) {
      return Uint8Array.from(binary, (byte) => byte.charCodeAt(0));
    }
  } catch {
    // Falls through to the one message for every wrong form.
  }
  throw new Wrong('not canonical base64');
}

export function toBase64(bytes) {
  return btoa(String.fromCharCode(...bytes));
}

/** ASCII decimal without sign or leading zeroes, within a signed 64-bit integer. */
export function number(text) {
  if (/^(?:0|[1-9][0-9]{0,18})$/.test(text) && BigInt(text) <= MAX_LONG) {
    return BigInt(text);
  }
  throw new Wrong('not a canonical decimal number');
}

/** A line as Java strips it; trim() also takes characters that a name may have. */
export function strip(line) {
  return line.replace(BLANK, '');
}

/** At most `limit` pieces, the last with whatever follows. */
export function pieces(text, separator, limit) {
  const all = text.split(separator);
  return all.length <= limit
    ? all
    : [...all.slice(0, limit - 1), all.slice(limit - 1).join(separator)];
}

/** The value of canonical JSON (RFC 8785 of a closed schema), or nothing for any other text. */
export function canonicalObject(text) {
  try {
    const value = JSON.parse(text);
    const isObject = value !== null && typeof value === 'object' && !Array.isArray(value);
    return isObject && canonical(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Integers within ±2^53 only: everything else could be spelled twice. */
export function canonical(value, depth = 0) {
  if (depth > MAX_DEPTH) {
    throw new Wrong('nested too deeply');
  }
  if (value === null || typeof value === 'boolean') {
    return String(value);
  }
  if (typeof value === 'string') {
    utf8(value);
    return quoted(value, false);
  }
  if (typeof value === 'number') {
    if (!Number.isInteger(value) || Math.abs(value) > 2 ** 53) {
      throw new Wrong('no canonical form');
    }
    return String(value);
  }
  if (Array.isArray(value)) {
    return `[${value.map((one) => canonical(one, depth + 1)).join(',')}]`;
  }
  const fields = Object.keys(value)
    .sort()
    .map((name) => `${canonical(name)}:${canonical(value[name], depth + 1)}`);
  return `{${fields.join(',')}}`;
}

const SHORT = { '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function quoted(text, ascii) {
  let out = '"';
  for (let at = 0; at < text.length; at++) {
    const unit = text[at];
    if (unit === '"' || unit === '\\') {
      out += `\\${unit}`;
    } else if (SHORT[unit]) {
      out += SHORT[unit];
    } else if (unit < ' ' || (ascii && unit > '~')) {
      out += `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
    } else {
      out += unit;
    }
  }
  return `${out}"`;
}

const indented = (by) => [`{\n${by}`, ': ', `,\n${by}`, '\n}'];
const LAYOUTS = [
  ['{', ':', ',', '}'],
  ['{', ': ', ', ', '}'],
  indented('  '),
  indented('    '),
  indented('\t'),
];

/**
 * The fields of a receipt's text: one object of strings in one of few layouts, so that no byte of
 * it can change unnoticed.
 */
export function receiptFields(bytes) {
  const text = fromUtf8(bytes);
  const fields = strings(text);
  const body = text.endsWith('\n') ? text.slice(0, -1) : text;
  const fits = LAYOUTS.some((layout) =>
    [false, true].some((ascii) => laidOut(fields, layout, ascii) === body),
  );
  if (!fits) {
    throw new Wrong('the text is not laid out as a receipt');
  }
  return fields;
}

function laidOut(fields, [open, colon, comma, close], ascii) {
  const pairs = [...fields].map(
    ([name, value]) => quoted(name, ascii) + colon + quoted(value, ascii),
  );
  return open + pairs.join(comma) + close;
}

const VALUE = /^(?:["[{\d-]|(?:true|false|null)(?!\w))/;

/** An object of strings in the order of the text; JSON.parse would hide a field written twice. */
function strings(text) {
  const fields = new Map();
  let at = 0;
  const skip = () => {
    while (' \t\r\n'.includes(text[at] ?? 'x')) {
      at++;
    }
    return text[at];
  };
  const string = () => {
    const start = at++;
    while (at < text.length && text[at] !== '"') {
      at += text[at] === '\\' ? 2 : 1;
    }
    at++;
    try {
      return JSON.parse(text.slice(start, at));
    } catch {
      throw new Wrong('the text is not JSON');
    }
  };
  if (skip() !== '{') {
    const other = text[at] === undefined || VALUE.test(text.slice(at));
    throw new Wrong(other ? 'a receipt is a JSON object' : 'the text is not JSON');
  }
  at++;
  while (skip() !== '}' || fields.size > 0) {
    if (fields.size > 0) {
      if (text[at] === '}') {
        break;
      }
      expect(text[at++] === ',');
      skip();
    }
    expect(text[at] === '"');
    const name = string();
    expect(skip() === ':');
    at++;
    if (skip() !== '"') {
      expect(/[[{\d-]|^[tfn]$/.test(text[at] ?? ''));
      throw new Wrong('every field of a receipt is a string');
    }
    const value = string();
    if (fields.has(name)) {
      throw new Wrong('a field of the receipt stands twice');
    }
    fields.set(name, value);
  }
  at++;
  if (skip() !== undefined) {
    const another = VALUE.test(text.slice(at));
    throw new Wrong(another ? 'text follows the receipt' : 'the text is not JSON');
  }
  return fields;
}

function expect(holds) {
  if (!holds) {
    throw new Wrong('the text is not JSON');
  }
}
