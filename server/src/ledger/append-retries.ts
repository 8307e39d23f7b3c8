import { type MongoClient, MongoError } from 'mongodb';
import type { Logger } from 'pino';
import { endAbandoned } from './end-abandoned.ts';
import { backOff, NoAnswer, settledWithin } from './waiting.ts';

/** How a batch that failed transiently is tried again. */
export interface AppendRetries {
  /** How long the next attempt may take: longer after one that got no answer. */
  readonly attemptMs: number;
  /** Waits before the next attempt: milliseconds when another server has the head, longer while none answers. */
  after(error: unknown, signal: AbortSignal): Promise<void>;
}

const longestAttemptMs = 60_000;
/** A head that is taken for so long is taken by somebody who is gone. */
const takenForGoodMs = 3_000;
const whileTaken = { firstMs: 4, mostMs: 12 };
const whileUnreachable = { firstMs: 20, mostMs: 500 };

export function appendRetries(client: MongoClient, logger: Logger | undefined): AppendRetries {
  let attemptMs = 4_000;
  let attempt = 0;
  let takenSince: number | undefined;
  return {
    get attemptMs() {
      return attemptMs;
    },
    async after(error, signal) {
      logger?.debug({ err: error, attempt }, 'a batch of commands is tried again');
      if (error instanceof NoAnswer) attemptMs = Math.min(2 * attemptMs, longestAttemptMs);
      const taken = error instanceof MongoError && error.code === writeConflict;
      takenSince = taken ? (takenSince ?? performance.now()) : undefined;
      if (takenSince !== undefined && performance.now() - takenSince > takenForGoodMs) {
        await settledWithin(1_000, freeHead(client, logger));
        takenSince = performance.now();
      }
      await backOff(attempt++, taken ? whileTaken : whileUnreachable, signal);
    },
  };
}

const writeConflict = 112;

async function freeHead(client: MongoClient, logger: Logger | undefined): Promise<void> {
  try {
    const ended = await endAbandoned(client);
    if (ended > 0) logger?.warn({ ended }, 'transactions of a server that is gone were ended');
  } catch (error) {
    logger?.warn({ err: error }, 'the ledger is held by a transaction that could not be ended');
  }
}
