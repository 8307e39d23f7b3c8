/** Waits longer with each attempt, by chance, so that two who collide do not collide again. Ends early with the signal. */
export function backOff(
  attempt: number,
  range: { readonly firstMs: number; readonly mostMs: number },
  signal: AbortSignal,
): Promise<void> {
  return pause(Math.random() * Math.min(range.mostMs, range.firstMs * 2 ** Math.min(attempt, 20)), signal);
}

/** Resolves after the time, or as soon as the signal aborts. Leaves no timer and no listener. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}

/** What `work` becomes, or the signal's reason as soon as it aborts; the work itself goes on unheard then. */
export function orAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** Nothing came back in time. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/**
 * What `work` becomes, or `NoAnswer` after the time, or the outer signal's reason. The work is told by its signal. Needed
 * around the driver: a command that meets a socket in the act of closing is never settled by it.
 */
export async function withinTime<T>(
  ms: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const own = new AbortController();
  const timer = setTimeout(() => own.abort(new NoAnswer(`no answer within ${ms} ms`)), ms);
  const stop = () => own.abort(outer?.reason);
  if (outer?.aborted) stop();
  outer?.addEventListener('abort', stop, { once: true });
  try {
    return await orAborted(own.signal, work(own.signal));
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', stop);
  }
}

/** Waits until `work` is settled, whichever way, but no longer than the time. */
export async function settledWithin(ms: number, work: Promise<unknown>): Promise<void> {
  const settled = new AbortController();
  const end = () => settled.abort();
  work.then(end, end);
  await pause(ms, settled.signal);
}
