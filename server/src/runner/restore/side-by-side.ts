/**
 * Runs `work` on the items, at most `atOnce` at a time, in their order. The first error aborts the signal that the others were
 * given, and is thrown once they have ended too. Throws the reason of `signal`.
 */
export async function sideBySide<T>(
  items: Iterable<T>,
  { atOnce, signal }: { readonly atOnce: number; readonly signal: AbortSignal },
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const any = AbortSignal.any([signal, failed.signal]);
  const queue = items[Symbol.iterator]();
  const worker = async () => {
    for (let next = queue.next(); !next.done; next = queue.next()) {
      any.throwIfAborted();
      await work(next.value, any);
    }
  };
  const workers = Array.from({ length: atOnce }, () => worker().catch((error: unknown) => failed.abort(error)));
  await Promise.all(workers);
  signal.throwIfAborted();
  failed.signal.throwIfAborted();
}
