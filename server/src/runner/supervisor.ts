// Ends operations that nobody runs any more: at the start of the server and then every few seconds, on every server. First
// the operation is taken over, so that its worker, should it live, can do nothing more; then what was sealed or swapped is
// finished forward, and the rest fails as interrupted once what it left behind is removed.

import { AppError } from '@holdfast/shared/errors';
import { type Failure, failureHints } from '@holdfast/shared/failures';
import type { BackupId, RestoreId } from '@holdfast/shared/ids';
import { execute } from '../commands/execute.ts';
import { requireDestination } from '../destinations/destinations.ts';
import { type BackupState, cancelBackup, completeBackup, failBackup } from '../domain/backup.ts';
import { takeOverOperation } from '../domain/operation.ts';
import { failRestore, type RestoreState } from '../domain/restore.ts';
import { killOrphan } from '../engine/orphan-process.ts';
import { openStatuses, type StoredOperation } from '../projections/operations.ts';
import type { Services } from '../services.ts';
import { endAbandonedImports } from './abandoned-imports.ts';
import { endAbandonedPutBacks } from './abandoned-put-backs.ts';
import { claimLimitMs, overdueLimitMs } from './limits.ts';
import { endAbandonedRestore } from './restore/end-abandoned-restore.ts';
import { endSafetyBackups } from './restore/end-safety.ts';
import type { RunningOperation } from './running-operations.ts';

/** What one look tells the next: since when a request is overdue although a worker has room, by the monotonic clock. */
export type Overdue = Map<string, number>;

/** One look over all open operations. Errors of one are logged and do not keep the others from being ended. */
export async function superviseOnce(services: Services, overdue: Overdue = new Map()): Promise<void> {
  // Before the operations: what is claimed while this looks is then no leftover.
  const held = await services.running.all();
  const operations = await services.ledger.readModel<StoredOperation>('operations');
  const open = await operations.find({ status: { $in: [...openStatuses] } }).toArray();
  const unheld = await unheldForLong(services, open, held);
  for (const id of overdue.keys()) if (!unheld.has(id)) overdue.delete(id);
  for (const operation of open) {
    try {
      if (unheld.has(operation._id)) await endUnheld(services, operation, overdue);
      else await endWhenAbandoned(services, operation);
    } catch (error) {
      if (error instanceof AppError && error.code === 'WRONG_WORKER') continue;
      services.logger.error(
        { operationId: operation._id, err: error },
        'an abandoned operation could not be ended yet',
      );
    }
  }
  const stillOpen = new Set(open.map(({ _id }) => _id));
  for (const { _id, worker } of held)
    if (!stillOpen.has(_id) && !services.runningHere.has(_id)) await services.running.end(_id, worker);
  await endAbandonedImports(services);
  await endAbandonedPutBacks(services);
  await endSafetyBackups(services);
}

async function endWhenAbandoned(services: Services, operation: StoredOperation): Promise<void> {
  const running = await services.running.find(operation._id);
  if (running === null || (services.runningHere.has(operation._id) && running.worker === services.worker)) return;
  const { worker } = running;
  const left = await services.running.takeOver(operation._id, supervisorOf(services), {
    worker,
    isGone: isThisServer(services, worker),
  });
  if (left === null) return;
  services.logger.warn({ operationId: operation._id, worker }, 'ending an abandoned operation');
  if (left.child && isThisServer(services, worker)) await killOrphan(left.child);
  await endAbandoned(services, operation, left);
  await services.running.end(operation._id, supervisorOf(services));
}

/** One that was held and never claimed in the ledger stays as it is: somebody else will claim it. */
async function endAbandoned(
  services: Services,
  operation: StoredOperation,
  left: RunningOperation | null,
): Promise<void> {
  const state = (await services.ledger.state(`${operation.kind}:${operation._id}`)) as BackupState | RestoreState;
  if (state.status === 'requested') return;
  await takeOver(services, operation);
  if (operation.kind === 'backup') await endBackup(services, operation._id as BackupId, left);
  else await endRestore(services, operation._id as RestoreId, left);
}

/** Another than this server's runner, which would take what the supervisor holds for its own. */
function supervisorOf({ worker }: Services): string {
  return `${worker}/supervisor`;
}

/** In the ledger too, before anything is touched: an append of the worker that is still under way comes too late then. */
async function takeOver(services: Services, { _id: operationId, kind }: StoredOperation): Promise<void> {
  const worker = supervisorOf(services);
  const stream = `${kind}:${operationId}` as const;
  await execute(services.ledger, {
    actor: { kind: 'system', id: services.instanceId },
    correlationId: operationId,
    reads: [stream],
    decide: (read) => takeOverOperation(kind, read(stream), { operationId, worker }),
  });
}

/** Ids of those that nobody holds, long after they were requested. */
async function unheldForLong(
  services: Services,
  open: readonly StoredOperation[],
  held: readonly RunningOperation[],
): Promise<Set<string>> {
  const holders = new Set(held.map(({ _id }) => _id));
  const unheld = open.filter(({ _id }) => !holders.has(_id));
  if (unheld.length === 0) return new Set();
  // The database's clock, which also said when it was: this host's may be wrong.
  const { localTime } = await services.ledgerPlace.client.db('admin').command({ hello: 1 });
  const isLongAgo = ({ requestedAt }: StoredOperation) => localTime.getTime() - Date.parse(requestedAt) > claimLimitMs;
  return new Set(unheld.filter(isLongAgo).map(({ _id }) => _id));
}

/**
 * Nobody took the request in time, or its claim was lost with the collection. While every worker is busy a request waits its
 * turn, however long; it fails once a worker had room for a while, or none is there, and still nobody took it.
 */
async function endUnheld(services: Services, operation: StoredOperation, overdue: Overdue): Promise<void> {
  // It may have been claimed since the list was read.
  if ((await services.running.find(operation._id)) !== null) return;
  if (operation.status !== 'requested') return endAbandoned(services, operation, null);
  const servers = await services.servers.list();
  const workers = servers.filter(({ state, role }) => state === 'running' && role !== 'api');
  if (workers.length > 0 && workers.every(({ operations, concurrency }) => operations.length >= concurrency)) {
    overdue.delete(operation._id);
    return;
  }
  const since = overdue.get(operation._id) ?? performance.now();
  overdue.set(operation._id, since);
  if (performance.now() - since >= overdueLimitMs) await failUnclaimed(services, operation);
}

/**
 * This process knows what it runs, and an earlier one of this data folder is gone (the folder has one owner at a time). Of
 * another server only its lease tells.
 */
function isThisServer(services: Services, worker: string): boolean {
  return worker.startsWith(`${services.instanceId}/`);
}

async function endBackup(services: Services, backupId: BackupId, running: RunningOperation | null): Promise<void> {
  const failure = running?.failure ?? interrupted();
  const state = (await services.ledger.state(`backup:${backupId}`)) as BackupState;
  // It may have ended since the list was read.
  if (state.status !== 'running' && state.status !== 'sealed') return;
  const sealed = state.status === 'sealed' ? state.sealed : null;
  const { destinations } = services;
  const destinationId = sealed?.destinationId ?? running?.uploadDestinationId ?? destinations.main.id;
  const storage = await requireDestination(destinations, destinationId);
  const whole = sealed !== null && (await storage.finishUpload({ key: sealed.key, token: sealed.upload }));
  if (!whole && running?.uploadToken) await storage.discardUpload(running.uploadToken);
  await execute(services.ledger, {
    actor: { kind: 'system', id: services.instanceId },
    correlationId: backupId,
    reads: [`backup:${backupId}`],
    decide: (read) => {
      const current = read(`backup:${backupId}` as const);
      // It was taken over again, by a server that believed this one gone.
      if (current?.worker !== supervisorOf(services)) throw new AppError('WRONG_WORKER', { id: backupId });
      const by = 'supervisor';
      const durationMs = Math.max(0, services.now() - Date.parse(state.requestedAt));
      if (whole) return completeBackup(current, { backupId, by, durationMs });
      return state.cancelRequested
        ? cancelBackup(current, { backupId, by })
        : failBackup(current, { backupId, by, failure });
    },
  });
}

async function endRestore(services: Services, restoreId: RestoreId, running: RunningOperation | null): Promise<void> {
  const failure = running?.failure ?? interrupted();
  await endAbandonedRestore(services, { restoreId, running, supervisor: supervisorOf(services), failure });
}

async function failUnclaimed(services: Services, operation: StoredOperation): Promise<void> {
  const { _id, kind } = operation;
  const failure: Failure = {
    reason: 'unclaimed',
    message: 'No server took the request in time.',
    hint: failureHints.unclaimed,
  };
  await execute(services.ledger, {
    actor: { kind: 'system', id: services.instanceId },
    correlationId: _id,
    reads: [`${kind}:${_id}`],
    decide: (read) =>
      kind === 'backup'
        ? failBackup(read(`backup:${_id}`), { backupId: _id as BackupId, by: 'supervisor', failure })
        : failRestore(read(`restore:${_id}`), {
            restoreId: _id as RestoreId,
            by: 'supervisor',
            failure,
            liveData: 'untouched',
          }),
  });
}

function interrupted(): Failure {
  return { reason: 'interrupted', message: 'The server that ran this stopped.', hint: failureHints.interrupted };
}
