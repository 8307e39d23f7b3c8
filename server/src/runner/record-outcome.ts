// An outcome must reach the ledger: while the ledger is away it is tried again, so that nothing that happened is lost.

import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@holdfast/shared/errors';
import type { LedgerEvent } from '@holdfast/shared/events';
import { type Failure, failureHints, OperationFailure } from '@holdfast/shared/failures';
import type { Services } from '../services.ts';
import { CancelRequested } from './stop-reason.ts';

const patienceMs = 15 * 60_000;

/** Runs `append` until the ledger takes or refuses it; gives up after a quarter of an hour, when the lease is long gone. */
export async function recordOutcome(
  services: Services,
  append: () => Promise<readonly LedgerEvent[]>,
): Promise<readonly LedgerEvent[]> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      return await append();
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'LEDGER_UNAVAILABLE' || performance.now() > deadline)
        throw error;
      services.logger.warn('the ledger does not answer; the outcome is tried again');
      await delay(1_000);
    }
  }
}

/** The failure that an error stands for. Anything unknown is a defect: masked, and logged under the operation's id. */
export function toFailure(services: Services, operationId: string, error: unknown): Failure {
  if (error instanceof OperationFailure) return error.toFailure();
  if (error instanceof CancelRequested)
    return { reason: 'interrupted', message: 'It was cancelled.', hint: failureHints.interrupted };
  if (error instanceof AppError && error.code === 'LEDGER_UNAVAILABLE')
    return new OperationFailure('ledger-unavailable', error.message).toFailure();
  if (error instanceof AppError)
    return { reason: reasons.get(error.code) ?? 'internal', message: error.message, hint: error.hint };
  services.logger.error({ operationId, err: error }, 'defect in an operation');
  return { reason: 'internal', message: 'Internal error', hint: failureHints.internal };
}

/** What somebody did between the request and its turn is no defect. */
const reasons: ReadonlyMap<string, Failure['reason']> = new Map([
  ['ARCHIVE_IN_USE', 'storage-missing'],
  ['BACKUP_NOT_FOUND', 'storage-missing'],
  ['BACKUP_NOT_RESTORABLE', 'storage-missing'],
  ['DEPLOYMENT_NOT_CONNECTED', 'unreachable'],
]);
