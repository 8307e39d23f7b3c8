/**
 * Runs `work` on the items, at most `limit` at once, and yields the results in the items' order. Takes a new item only when
 * the reader asks for more, so that a slow reader slows the source down. The first error ends it.
 */
export async function* inOrder<T, R>(
  items: AsyncIterable<T>,
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  for await (const item of items) {
    const result = work(item);
    // Whoever awaits it still sees the error; without this a later one would count as unhandled when an earlier one ends it.
    result.catch(() => {});
    running.push(result);
    if (running.length >= limit) yield await (running.shift() as Promise<R>);
  }
  for (const result of running) yield await result;
}
