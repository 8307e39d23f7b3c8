// The one appender of a server: commands queue up here while a transaction is under way, and the next one takes all of
// them, at most 64. So the cost of a durable commit is shared, and writers of one server never collide.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '@holdfast/shared/errors';
import type { LedgerEvent } from '@holdfast/shared/events';
import { appendBatch, type BatchContext } from './append-batch.ts';
import type { LedgerCommand } from './ledger.ts';
import type { BatchPlan } from './plan-batch.ts';
import { stateCache } from './state-cache.ts';
import { backOff } from './waiting.ts';

export interface Appender {
  /** Rejects with what `decide` throws, with LEDGER_UNAVAILABLE, or with a defect; see `Ledger.execute`. */
  execute(command: LedgerCommand): Promise<readonly LedgerEvent[]>;
  /** Appends what is queued, and takes nothing more. */
  close(): Promise<void>;
}

export interface AppenderOptions extends Omit<BatchContext, 'cache'> {
  /** Told of the events of each batch, in order, before their commands resolve. Never throws. */
  readonly onAppended: (events: readonly LedgerEvent[]) => void;
  /** How long a command waits for a ledger that does not answer. */
  readonly patienceMs?: number | undefined;
}

const batchSize = 64;
const defaultPatienceMs = 15_000;
/** A command that has waited for its turn for long gets at least so long once it has it. */
const leastPatienceMs = 3_000;

/** So long at most a server that is not alone leaves the head to the others after each batch. */
const whileCrowded = { firstMs: 12, mostMs: 12 };

type Appending = AppenderOptions & BatchContext;

interface Queued {
  readonly command: LedgerCommand;
  readonly since: number;
  readonly resolve: (events: readonly LedgerEvent[]) => void;
  readonly reject: (error: unknown) => void;
}

export function createAppender(appenderOptions: AppenderOptions): Appender {
  const options = { ...appenderOptions, cache: stateCache() };
  const patienceMs = options.patienceMs ?? defaultPatienceMs;
  const queue: Queued[] = [];
  let draining: Promise<void> | undefined;
  let closed = false;

  async function drain(): Promise<void> {
    while (queue.length > 0) {
      // Writers that were just answered join this batch rather than each wait for a whole one.
      await nextTurn();
      const batch = queue.splice(0, batchSize);
      if (!(await appendQueued(options, patienceMs, batch))) expire(queue, patienceMs);
    }
    draining = undefined;
  }

  return {
    execute(command) {
      if (closed) return Promise.reject(new Error('the ledger is closed'));
      return new Promise((resolve, reject) => {
        queue.push({ command, since: performance.now(), resolve, reject });
        draining ??= drain();
      });
    },
    async close() {
      closed = true;
      await draining;
    },
  };
}

/** Settles every command of a batch; false when the ledger did not answer. */
async function appendQueued(options: Appending, patienceMs: number, batch: readonly Queued[]): Promise<boolean> {
  const since = batch[0]?.since ?? performance.now();
  const leftMs = Math.max(since + patienceMs - performance.now(), Math.min(patienceMs, leastPatienceMs));
  const impatience = new AbortController();
  const timer = setTimeout(() => impatience.abort(), leftMs);
  const commands = batch.map(({ command }) => command);
  const [outcome] = await Promise.allSettled([appendBatch(options, commands, impatience.signal)]);
  clearTimeout(timer);
  if (outcome.status === 'fulfilled') {
    deliver(options, batch, outcome.value.plan);
    if (outcome.value.crowded) await backOff(0, whileCrowded, new AbortController().signal);
    return true;
  }
  if (impatience.signal.aborted) return rejectUnavailable(options, batch);
  if (batch.length > 1) return await appendSingly(options, patienceMs, batch);
  for (const { reject } of batch) reject(outcome.reason);
  return true;
}

/** What the database refuses to write is one command's fault: the others must not suffer for it. */
async function appendSingly(options: Appending, patienceMs: number, batch: readonly Queued[]): Promise<boolean> {
  let answered = true;
  for (const queued of batch) answered = (await appendQueued(options, patienceMs, [queued])) && answered;
  return answered;
}

function deliver(options: Appending, batch: readonly Queued[], { events, outcomes }: BatchPlan): void {
  if (events.length > 0) options.onAppended(events);
  for (const [index, { resolve, reject }] of batch.entries()) {
    const outcome = outcomes[index];
    if (outcome === undefined) reject(new Error('a command has no outcome'));
    else if ('error' in outcome) reject(outcome.error);
    else resolve(outcome.events);
  }
}

function rejectUnavailable({ logger }: AppenderOptions, batch: readonly Queued[]): false {
  logger?.warn({ commands: batch.length }, 'the ledger does not answer; commands are refused');
  for (const { reject } of batch) reject(new AppError('LEDGER_UNAVAILABLE', {}));
  return false;
}

/** After a failed batch: whoever has waited as long as that one is refused with it, the others are tried next. */
function expire(queue: Queued[], patienceMs: number): void {
  const before = performance.now() - patienceMs;
  const tooLate = queue.findIndex(({ since }) => since > before);
  for (const { reject } of queue.splice(0, tooLate < 0 ? queue.length : tooLate)) {
    reject(new AppError('LEDGER_UNAVAILABLE', {}));
  }
}
