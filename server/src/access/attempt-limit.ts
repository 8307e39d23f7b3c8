// Failed sign-ins: slowed down by source, and counted per minute so that strangers cannot grow the ledger.
import { AppError } from '@holdfast/shared/errors';

const windowMs = 60_000;
const allowedPerWindow = 10;
/** Beyond this many sources in a minute the rest is counted as one. */
const sourcesKept = 50;

export interface FailedAttempts {
  readonly source: string;
  readonly attempts: number;
  readonly minute: string;
}

export interface AttemptLimit {
  /** Raises TOO_MANY_ATTEMPTS. */
  check(source: string): void;
  failed(source: string): void;
  /** What failed in minutes that are over, once. */
  take(): FailedAttempts[];
}

export function attemptLimit(now: () => number): AttemptLimit {
  const counts = new Map<string, { minute: number; attempts: number }>();
  const finished: FailedAttempts[] = [];
  const minuteNow = () => Math.floor(now() / windowMs);
  const roll = () => {
    for (const [source, { minute, attempts }] of counts) {
      if (minute === minuteNow()) continue;
      counts.delete(source);
      finished.push({ source, attempts, minute: new Date(minute * windowMs).toISOString() });
    }
  };
  return {
    check(source) {
      roll();
      if ((counts.get(keyOf(counts, source))?.attempts ?? 0) < allowedPerWindow) return;
      const retryAfterSeconds = Math.ceil((windowMs - (now() % windowMs)) / 1_000);
      throw new AppError('TOO_MANY_ATTEMPTS', { retryAfterSeconds });
    },
    failed(source) {
      roll();
      const key = keyOf(counts, source);
      const entry = counts.get(key) ?? { minute: minuteNow(), attempts: 0 };
      counts.set(key, { ...entry, attempts: entry.attempts + 1 });
    },
    take() {
      roll();
      return finished.splice(0);
    },
  };
}

function keyOf(counts: ReadonlyMap<string, unknown>, source: string): string {
  return counts.has(source) || counts.size < sourcesKept ? source : 'others';
}
