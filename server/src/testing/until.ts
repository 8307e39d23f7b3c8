// Waiting in tests for a fact, never for a time.

/** Asks until the answer is wanted; throws with the last answer after the deadline. */
export async function until<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean, timeoutMs = 60_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    if (performance.now() > deadline) throw new Error(`still not so after ${timeoutMs} ms: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Asks until it is so. */
export async function untilTrue(fact: () => boolean | Promise<boolean>, timeoutMs?: number): Promise<void> {
  await until(async () => fact(), Boolean, timeoutMs);
}
