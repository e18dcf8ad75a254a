/** Builds elements. Every text passes through here and only ever becomes a text node. */

// Characters that hide, reorder or fake text: shown as their code, as the packet shows them.
const UNSAFE = new RegExp(
  '[\\u0000-\\u0008\\u000B-\\u001F\\u007F-\\u009F\\u00AD\\u034F\\u061C\\u115F\\u1160' +
    '\\u17B4\\u17B5\\u180B-\\u180E\\u200B-\\u200F\\u2028-\\u202E\\u2060-\\u206F\\u3164\\uFEFF' +
    '\\uFFA0\\uFFF0-\\uFFFB\\u{E0000}-\\u{E0FFF}]|[\\uD800-\\uDFFF]',
  'gu',
);

/** The text with every unsafe character written out, so that what is read is what is there. */
export function visible(text) {
  return String(text).replace(UNSAFE, (found) => {
    const code = found.codePointAt(0).toString(16).toUpperCase().padStart(4, '0');
    return `\\u{${code}}`;
  });
}

/**
 * An element. Attributes with a null, undefined or false value are left out; `on` maps event names
 * to listeners; children are elements, texts, numbers, nested lists or nothing.
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) {
      continue;
    }
    if (name === 'on') {
      Object.entries(value).forEach(([event, listener]) =>
        element.addEventListener(event, listener),
      );
    } else if (name === 'href') {
      element.setAttribute('href', safeAddress(value));
    } else {
      element.setAttribute(name, value === true ? '' : visible(value));
    }
  }
  element.append(...nodes(children));
  return element;
}

/** Children as nodes, ready for `append` or `replaceChildren`. */
export function nodes(children) {
  return children.flat(Infinity).flatMap((child) => {
    if (child === null || child === undefined || child === false || child === '') {
      return [];
    }
    return [child instanceof Node ? child : document.createTextNode(visible(child))];
  });
}

/** Only this site's own http addresses become links; anything else leads nowhere. */
function safeAddress(address) {
  if (address.startsWith('#')) {
    return address;
  }
  const url = new URL(address, location.origin);
  return url.origin === location.origin ? url.pathname + url.search + url.hash : '#';
}

/** A link the router follows without loading the page again. */
export function link(href, attributes, ...children) {
  return el('a', { href, 'data-route': true, ...attributes }, ...children);
}

/** Rebuilds a host's content only when its data changed, so that focus and scrolling stay. */
export function keep(host, data, build) {
  const fingerprint = JSON.stringify(data ?? null);
  if (host.shown === fingerprint) {
    return false;
  }
  host.shown = fingerprint;
  host.replaceChildren(...nodes([build(data)]));
  return true;
}

/** A button that copies a text and says so. */
export function copyButton(words, textOf, announce) {
  const button = el('button', { type: 'button', class: 'quiet' }, words);
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(textOf());
      button.textContent = 'Copied';
      announce('Copied');
    } catch {
      button.textContent = 'Select it and copy by hand';
    }
    setTimeout(() => (button.textContent = words), 2000);
  });
  return button;
}
