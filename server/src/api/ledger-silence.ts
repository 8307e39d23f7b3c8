// The one place where a ledger that does not answer becomes LEDGER_UNAVAILABLE, for every way into the server: within seconds,
// and at once while it is known to be silent. Nobody waits for the driver's own, longer patience.
import { AppError } from '@holdfast/shared/errors';
import { MongoError } from 'mongodb';
import type { Ledger } from '../ledger/ledger.ts';
import { isTransient } from '../ledger/transient.ts';

type Pulse = Pick<Ledger, 'isSilent' | 'untilSilent'>;

/** Raises LEDGER_UNAVAILABLE when the ledger is known to be silent. */
export function requireLedger({ isSilent }: Pulse): void {
  if (isSilent) throw silence();
}

/** What the work becomes; raises LEDGER_UNAVAILABLE once the ledger is silent. The work goes on unheard then. */
export async function whileLedgerAnswers<T>(ledger: Pulse, work: () => Promise<T>): Promise<T> {
  requireLedger(ledger);
  const over = new AbortController();
  const silent = ledger.untilSilent(over.signal).then(() => {
    if (!over.signal.aborted) throw silence();
    return undefined as never;
  });
  try {
    return await Promise.race([work(), silent]);
  } finally {
    over.abort();
  }
}

/** The source's items; raises LEDGER_UNAVAILABLE once the ledger is silent: a stream that cannot tell anything must not seem live. */
export async function* streamWhileLedgerAnswers<T>(
  ledger: Pulse,
  signal: AbortSignal,
  source: (signal: AbortSignal) => AsyncIterable<T>,
): AsyncGenerator<T, void> {
  const own = new AbortController();
  const stop = () => own.abort();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  let isSilent = false;
  const watching = ledger.untilSilent(own.signal).then(() => {
    isSilent = !own.signal.aborted;
    stop();
  });
  try {
    yield* source(own.signal);
  } finally {
    stop();
    signal.removeEventListener('abort', stop);
  }
  await watching;
  if (isSilent) throw silence();
}

/** LEDGER_UNAVAILABLE for an error of the driver that says so; null for every other. Deployments have failures of their own. */
export function silenceOf(error: unknown): AppError | null {
  return error instanceof MongoError && isTransient(error) ? silence() : null;
}

function silence(): AppError {
  return new AppError('LEDGER_UNAVAILABLE', {});
}
