/** News from the server: which action changed. */

const RETRY_MILLIS = [1000, 2000, 5000, 10000, 30000];

/**
 * Listens until closed. `changed` gets each news; `caughtUp` is called whenever the line is (again)
 * open, because something may have changed before; `state` gets true while the line is open.
 * A hidden page hangs up: a browser allows one site few lines at once.
 */
export function listen({ changed, caughtUp, state }) {
  let source = null;
  let failures = 0;
  let timer = 0;

  function open() {
    hangUp();
    source = new EventSource('/v1/events');
    source.addEventListener('open', () => {
      failures = 0;
      state(true);
      caughtUp();
    });
    source.addEventListener('action', (event) => changed(JSON.parse(event.data)));
    source.addEventListener('error', () => {
      hangUp();
      state(false);
      timer = setTimeout(open, RETRY_MILLIS[Math.min(failures++, RETRY_MILLIS.length - 1)]);
      caughtUp();
    });
  }

  function hangUp() {
    clearTimeout(timer);
    source?.close();
    source = null;
  }

  const seen = () => (document.hidden ? hangUp() : open());
  document.addEventListener('visibilitychange', seen);
  open();
  return () => {
    document.removeEventListener('visibilitychange', seen);
    hangUp();
  };
}
