// What the benchmarks of the ledger share: timing, and percentiles of many timings.

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Milliseconds that the work took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** The work so many times, one after the other. */
export async function timedOften(times: number, work: () => Promise<unknown>): Promise<Percentiles> {
  const tookMs: number[] = [];
  for (let n = 0; n < times; n += 1) tookMs.push(await timed(work));
  return percentiles(tookMs);
}

export function percentiles(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) =>
    Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1));
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}
