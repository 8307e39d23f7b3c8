/** Lets any number of waiters sleep until there is something new. Nobody is remembered who does not wait. */
export interface WakeUps {
  /** Resolves at the next `wake`, or when the signal aborts; rejects at the next `fail`. */
  next(signal: AbortSignal): Promise<void>;
  wake(): void;
  fail(error: unknown): void;
}

export function wakeUps(): WakeUps {
  let waiting = new Set<PromiseWithResolvers<void>>();
  const takeAll = () => {
    const all = waiting;
    waiting = new Set();
    return all;
  };
  return {
    async next(signal) {
      if (signal.aborted) return;
      const waiter = Promise.withResolvers<void>();
      const abort = () => waiter.resolve();
      waiting.add(waiter);
      signal.addEventListener('abort', abort, { once: true });
      try {
        await waiter.promise;
      } finally {
        waiting.delete(waiter);
        signal.removeEventListener('abort', abort);
      }
    },
    wake() {
      for (const waiter of takeAll()) waiter.resolve();
    },
    fail(error) {
      for (const waiter of takeAll()) waiter.reject(error);
    },
  };
}
