/** The HTTP API as the console uses it. */

/** What went wrong, in the server's own words where it gave any. */
export class Problem extends Error {
  constructor(status, code, detail) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

let csrfToken = '';

/** Who is signed in, or null. */
export async function session() {
  try {
    const found = await get('/auth/session');
    csrfToken = found.csrf_token;
    return found;
  } catch (problem) {
    if (problem.status === 401) {
      return null;
    }
    throw problem;
  }
}

/** What the demo offers a newcomer, or null outside the demo. */
export async function demo() {
  try {
    return await get('/v1/demo');
  } catch {
    return null;
  }
}

export function get(path) {
  return call(path, { headers: { Accept: 'application/json' } });
}

/** An answer that is no JSON: keys, checkpoints, proofs, receipts. */
export function getText(path) {
  return answer(path, {});
}

export function post(path, body) {
  return change('POST', path, body);
}

export function remove(path) {
  return change('DELETE', path);
}

/** Calls as the demo's agent: its token, and never the person's cookie. */
export function asAgent(token, method, path, body) {
  return call(path, {
    method,
    credentials: 'omit',
    headers: {
      Accept: 'application/json',
      Authorization: `Bearer ${token}`,
      ...(body ? { 'Content-Type': 'application/json' } : {}),
    },
    body: body ? JSON.stringify(body) : undefined,
  });
}

export function listActions({ status, limit, cursor }) {
  const query = new URLSearchParams();
  Object.entries({ status, limit, cursor }).forEach(([name, value]) => {
    if (value) {
      query.set(name, value);
    }
  });
  return get(`/v1/actions?${query}`);
}

export const actionPath = (id, rest = '') => `/v1/actions/${encodeURIComponent(id)}${rest}`;

const packets = new Map();

/**
 * The packet of an action, or null where this person may not see it. A list keeps it until the
 * action changes, because it asks for many again and again.
 */
export async function packetOf(action, { fresh = false } = {}) {
  const state = JSON.stringify([action.changed_at, action.status, action.seats]);
  const known = packets.get(action.id);
  if (!fresh && known?.state === state) {
    return known.packet;
  }
  const packet = get(actionPath(action.id, '/packet')).catch((problem) => {
    packets.delete(action.id);
    if ([403, 404].includes(problem.status)) {
      return null;
    }
    throw problem;
  });
  packets.set(action.id, { state, packet });
  return packet;
}

function change(method, path, body) {
  return call(path, {
    method,
    headers: {
      Accept: 'application/json',
      'Content-Type': 'application/json',
      'X-CSRF-Token': csrfToken,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

async function call(path, request) {
  return parsed(await answer(path, request));
}

async function answer(path, request) {
  let response;
  try {
    response = await fetch(path, { cache: 'no-store', ...request });
  } catch {
    throw new Problem(0, 'UNAVAILABLE', 'the server cannot be reached; nothing was sent twice');
  }
  const text = await response.text();
  if (response.ok) {
    return text;
  }
  const body = parsed(text);
  const detail = body?.detail ?? `the server answered ${response.status}`;
  throw new Problem(response.status, body?.code ?? '', detail);
}

function parsed(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}
