// Takes a restore back: what it kept takes the place of what is live, by the same swap, and what is live is kept in its turn. For
// that nothing is staged: the kept collections are the shadows. Only what no rename brings back is, out of the safety backup.
import { OperationFailure } from '@holdfast/shared/failures';
import type { MongoClient } from 'mongodb';
import { connectionStringOf } from '../../commands/connection-string-of.ts';
import { databasesOf, lookAtUndo, type UndoScope } from '../../commands/undo-scope.ts';
import { newerRestore, withKeptNow } from '../../commands/undo-turn.ts';
import type { DeploymentState } from '../../domain/deployment.ts';
import { type RestoreState, stageRestore } from '../../domain/restore.ts';
import { countKept, undoJournal } from '../../domain/undo-journal.ts';
import { collectionSizes } from '../../engine/collection-sizes.ts';
import { type DeploymentAddress, parseConnectionString, throughSet } from '../../engine/connection-string.ts';
import { explained } from '../../engine/driver-failure.ts';
import { connectDeployment, type DeploymentFacts, inspectDeployment } from '../../engine/inspect-deployment.ts';
import { findSwapMethod } from '../../engine/swap-method.ts';
import { unlessAborted } from '../../engine/unless-aborted.ts';
import { throughFailover } from '../../ledger/through-failover.ts';
import type { Services } from '../../services.ts';
import type { OperationRun } from '../operation-run.ts';
import { throwIfCancelled } from '../stop-reason.ts';
import { beginPhase } from './begin-phase.ts';
import { changeRestore } from './change-restore.ts';
import { requireRights } from './require-rights.ts';
import type { Attempt } from './restore-work.ts';
import { rollForward } from './roll-forward.ts';
import { stageUndo } from './undo-stage.ts';
import { readUsersBefore, type UsersBefore, usersTakenBack } from './undo-users.ts';

/** What an undo is begun with. */
export interface UndoStart {
  readonly services: Services;
  readonly run: OperationRun;
  readonly attempt: Attempt;
  /** The operation that takes another restore back. */
  readonly restore: RestoreState;
}

/** What every step of an undo is given. */
export interface UndoWork extends UndoStart {
  /** The restore that is taken back. */
  readonly first: RestoreState;
  readonly scope: UndoScope;
  readonly client: MongoClient;
  readonly address: DeploymentAddress;
  readonly server: DeploymentFacts;
}

/**
 * Resolves with what came back. Throws OperationFailure: `plan-outdated`, `undo-missing` and, for want of what a merge or users and
 * roles need, `not-authorized` with nothing changed; `isBegun` says whether anything live changed.
 */
export async function undoRestore(start: UndoStart) {
  const { services, run, attempt, restore } = start;
  const undone = (await services.ledger.state(`restore:${restore.undoOf}`)) as RestoreState;
  const first = await withKeptNow(services.ledger, undone);
  const deployment = (await services.ledger.state(`deployment:${restore.deploymentId}`)) as DeploymentState;
  const address = parseConnectionString(await throughFailover(() => connectionStringOf(services, deployment.facts)));
  attempt.address = address;
  await using client = await connectDeployment(address, { signal: run.signal });
  const server = await unlessAborted(run.signal, inspectDeployment(client));
  const scope = await unlessAborted(run.signal, lookAtUndo(services, client, first));
  requireAsPlanned(restore, first, scope);
  await requireTurn(services, first);
  // The safety backup may be out of reach later.
  const usersBefore = await unlessAborted(run.signal, readUsersBefore(services, first.restoreId));
  const access = await unlessAborted(run.signal, usersTakenBack(services, client, usersBefore));
  await unlessAborted(run.signal, requireRights(client, { unmerges: first.merges, access }));
  const work: UndoWork = { ...start, first, scope, client, address: throughSet(address, server), server };
  const done = await stageAndJournal(work, usersBefore);
  await rollForward({
    ...{ services, client, restoreId: restore.restoreId, worker: services.worker, usersBefore },
    beforeFirst: () => throwIfCancelled(run.signal),
    requireLease: () => run.requireLease(),
    enter: (phase) => beginPhase(start, phase),
  });
  attempt.liveData = 'replaced';
  return { databases: databasesOf(first), ...done };
}

/** What was confirmed is done, and nothing else. */
function requireAsPlanned(restore: RestoreState, first: RestoreState, scope: UndoScope): void {
  const { undoCollections } = first;
  if (undoCollections !== null && countKept(first, scope.exists) < undoCollections) {
    throw new OperationFailure('undo-missing', 'Somebody has removed collections that the restore had kept.');
  }
  if (restore.liveDigest === scope.digest) return;
  const message = 'A collection that the restore had changed was made, removed or altered since the undo was planned.';
  throw new OperationFailure('plan-outdated', message);
}

/** Whoever confirmed this looked a moment before the lock was taken. */
async function requireTurn({ ledger }: Services, first: RestoreState): Promise<void> {
  if ((await newerRestore(ledger, first)) === undefined) return;
  throw new OperationFailure('plan-outdated', 'A newer restore has changed the same since the undo was planned.');
}

async function stageAndJournal(work: UndoWork, usersBefore: UsersBefore | null) {
  const { services, run, restore, first, client } = work;
  const { restoreId, deploymentId } = restore;
  const staged = await stageUndo(work);
  // What is held for safety was looked at before, and staged since.
  const scope = await unlessAborted(run.signal, lookAtUndo(services, client, first));
  requireAsPlanned(restore, first, scope);
  const { liveAt } = scope;
  const journal = undoJournal(first, restoreId, { liveAt, firstName: first.rewrites.length });
  const done = await whatComesBack(work);
  const method = await unlessAborted(
    run.signal,
    explained(() => findSwapMethod(client)),
  );
  const data = {
    ...{ restoreId, deploymentId, worker: services.worker, method, ...done },
    ...{ merges: journal.merges, unmerges: journal.unmerges, expiries: [...staged.expiries] },
    swaps: [...journal.swaps, ...staged.swaps],
    rewrites: [...journal.rewrites, ...staged.rewrites],
  };
  const access = await unlessAborted(run.signal, usersTakenBack(services, client, usersBefore));
  await unlessAborted(run.signal, requireRights(client, { ...data, access }));
  run.signal.throwIfAborted();
  // From here on it rolls forward: only a cancel still stops it, as long as nothing was swapped.
  run.liftTimeLimit();
  run.requireLease();
  await changeRestore(services, restoreId, (state) => stageRestore(state, data));
  await services.failpoint('staged');
  return done;
}

/** As the server estimates it. */
async function whatComesBack({ client, first, scope: { exists } }: UndoWork) {
  const kept = first.swaps.flatMap(({ database, undo }) =>
    undo !== undefined && exists(database, undo) ? [{ database, collection: undo, type: 'collection' }] : [],
  );
  const sizes = await explained(() => collectionSizes(client, kept));
  const documents = sizes.reduce((total, one) => total + one.documents, 0);
  return { documents, collections: first.swaps.length + first.rewrites.length };
}
