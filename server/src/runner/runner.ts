// Claims what is requested and runs it. It learns of requests and cancels from the ledger's feed, so it matters not which
// server took the command.
//
// request in the feed -> claim (BackupStarted | RestoreStarted) -> running -> outcome in the ledger -> retention

import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@holdfast/shared/errors';
import type { LedgerEvent } from '@holdfast/shared/events';
import { OperationFailure } from '@holdfast/shared/failures';
import type { PolicyId } from '@holdfast/shared/ids';
import type { BackupState } from '../domain/backup.ts';
import { isOpenOperation } from '../domain/operation.ts';
import type { RestoreState } from '../domain/restore.ts';
import type { StoredBackup } from '../projections/backups.ts';
import type { StoredOperation } from '../projections/operations.ts';
import type { Services } from '../services.ts';
import { followLedger } from './follow-ledger.ts';
import { runRestore } from './restore/run-restore.ts';
import { applyRetention } from './retention.ts';
import { runBackup } from './run-backup.ts';
import { CancelRequested, Fenced } from './stop-reason.ts';

export interface Runner {
  /** Claims nothing more; resolves once nothing runs, or after the time limit. */
  drain(limitMs: number): Promise<void>;
  /** Stops claiming and ends what runs as interrupted; resolves when every outcome is recorded. */
  close(): Promise<void>;
}

/** Requests are looked for at least so often: the word of one can be lost with the ledger's connection. */
const lookEveryMs = 5_000;

export interface RunnerOptions {
  /** How many operations run at once. */
  readonly concurrency: number;
  /** Told when the ledger says that there may be something to copy. */
  readonly onCopies?: () => void;
}

/** Starts to claim and run operations. */
export function startRunner(services: Services, { concurrency, onCopies }: RunnerOptions): Runner {
  const running = new Map<string, { readonly controller: AbortController; readonly done: Promise<void> }>();
  const closing = new AbortController();
  /** Held by another server, or claimed in vain: left alone until the next look. */
  const lost = new Set<string>();
  let draining = false;
  let claiming: Promise<void> = Promise.resolve();

  const wake = () => {
    claiming = claiming.then(claim).catch((error: unknown) => services.logger.error({ err: error }, 'claiming failed'));
  };
  async function claim(): Promise<void> {
    const room = concurrency - running.size;
    if (draining || room <= 0) return;
    const operations = await services.ledger.readModel<StoredOperation>('operations');
    const waiting = await operations
      .find({ status: 'requested', _id: { $nin: [...lost] } })
      .sort({ requestedAt: 1, _id: 1 })
      .limit(room)
      .toArray();
    for (const operation of waiting) if (!running.has(operation._id)) start(operation);
  }
  function start(operation: StoredOperation): void {
    const controller = new AbortController();
    if (operation.cancelRequested) controller.abort(new CancelRequested());
    services.runningHere.add(operation._id);
    const done = runOperation(services, operation, controller).then((hasEnded) => {
      running.delete(operation._id);
      services.runningHere.delete(operation._id);
      if (!hasEnded) lost.add(operation._id);
      wake();
    });
    running.set(operation._id, { controller, done });
  }
  const looking = setInterval(() => {
    lost.clear();
    wake();
  }, lookEveryMs);
  const following = followLedger(services, closing.signal, {
    begun: wake,
    event(event) {
      if (isRequest(event)) wake();
      if (movesCopies.has(event.type)) onCopies?.();
      if (event.type === 'OperationCancelRequested')
        running.get(event.data.operationId)?.controller.abort(new CancelRequested());
    },
  });
  return {
    async drain(limitMs) {
      draining = true;
      await claiming;
      const ended = Promise.all([...running.values()].map(({ done }) => done));
      const limit = new AbortController();
      await Promise.race([ended, delay(limitMs, undefined, { signal: limit.signal }).catch(() => undefined)]);
      limit.abort();
    },
    async close() {
      draining = true;
      clearInterval(looking);
      closing.abort();
      const stop = new OperationFailure('interrupted', 'The service was stopped while this ran.');
      for (const { controller } of running.values()) controller.abort(stop);
      await Promise.all([claiming, following, ...[...running.values()].map(({ done }) => done)]);
    },
  };
}

/** Returns whether it ended here, with an outcome. */
async function runOperation(
  services: Services,
  operation: StoredOperation,
  controller: AbortController,
): Promise<boolean> {
  const { _id: operationId, kind } = operation;
  try {
    await services.failpoint('requested');
    await (kind === 'backup' ? runBackup : runRestore)(services, operation, controller);
  } catch (error) {
    if (error instanceof Fenced) services.logger.warn({ operationId }, 'the lease ran out; another server goes on');
    else if (error instanceof AppError && error.code === 'WRONG_WORKER') {
      services.logger.info({ operationId }, 'another server has it');
      await forgetEnded(services, operation);
    } else services.logger.error({ operationId, err: error }, 'an operation ended without an outcome');
    return false;
  }
  if (kind === 'backup') await retain(services, operationId);
  return true;
}

/** Of one that has ended nothing is left to be cleaned up: the lease goes now, not with the supervisor's next look. */
async function forgetEnded(services: Services, { kind, _id }: StoredOperation): Promise<void> {
  try {
    const state = (await services.ledger.state(`${kind}:${_id}`)) as BackupState | RestoreState;
    if (!isOpenOperation(state)) await services.running.end(_id, services.worker);
  } catch (error) {
    services.logger.warn({ operationId: _id, err: error }, 'the lease is left to the supervisor');
  }
}

/** The backup is what it is: what cannot be let go of now is tried again after the next one. */
async function retain(services: Services, backupId: string): Promise<void> {
  try {
    const backups = await services.ledger.readModel<StoredBackup>('backups');
    const backup = await backups.findOne({ _id: backupId });
    if (backup?.status === 'completed' && backup.policyId !== null)
      await applyRetention(services, backup.policyId as PolicyId);
  } catch (error) {
    services.logger.error({ backupId, err: error }, 'older backups could not be removed yet');
  }
}

const movesCopies: ReadonlySet<LedgerEvent['type']> = new Set<LedgerEvent['type']>([
  'BackupCompleted',
  'BackupAdopted',
  'BackupImported',
  'BackupVerified',
  'BackupCopyMissing',
  'PolicyChanged',
  'DestinationAdded',
  'DestinationUpdated',
]);

function isRequest({ type }: LedgerEvent): boolean {
  return type === 'BackupRequested' || type === 'RestoreRequested';
}
