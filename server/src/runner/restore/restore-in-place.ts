// A restore in place: shadow collections beside the live ones, proven, then swapped in. What no rename can replace comes last.

import { stageRestore, swapRestore } from '../../domain/restore.ts';
import { canBeRenamed, shadowName } from '../../domain/restore-names.ts';
import { beginPhase } from './begin-phase.ts';
import { changeRestore } from './change-restore.ts';
import { proveNamespaces, type StagedNamespace } from './prove-namespaces.ts';
import type { Work } from './restore-work.ts';
import { prove, stage } from './stage.ts';
import { swapIn } from './swap-in.ts';

/** Resolves with the databases that were written to. Throws OperationFailure; `attempt.liveData` says how far it came. */
export async function restoreInPlace(work: Work): Promise<string[]> {
  const { run, attempt, restore, namespaces } = work;
  const staged = namespaces.filter(canBeRenamed).map(
    (namespace, index): StagedNamespace => ({
      namespace,
      database: namespace.database,
      collection: shadowName(restore.restoreId, index),
    }),
  );
  attempt.swaps = staged.map(({ namespace, database, collection }) => ({
    database,
    live: namespace.collection,
    shadow: collection,
  }));
  await stage(work, staged, { drop: false });
  await prove(work, staged);
  run.signal.throwIfAborted();
  run.liftTimeLimit();
  run.requireLease();
  await swap(work);
  await replaceInPlace(work);
  attempt.liveData = 'replaced';
  return [...new Set(namespaces.map(({ database }) => database))];
}

/** From here on the restore rolls forward: a cancel comes too late, and the time limit was lifted. */
async function swap(work: Work): Promise<void> {
  const { services, run, attempt, restore, client } = work;
  const { restoreId, deploymentId } = restore;
  const { worker } = services;
  const staged = { restoreId, deploymentId, worker, swaps: [...attempt.swaps] };
  await changeRestore(services, restoreId, (state) => stageRestore(state, staged));
  await services.failpoint('staged');
  await beginPhase(work, 'swap');
  await swapIn(client, attempt.swaps, {
    before: () => {
      run.requireLease();
      attempt.liveData = 'partly-replaced';
    },
    after: () => services.failpoint('swapping'),
  });
  await changeRestore(services, restoreId, (state) => swapRestore(state, { restoreId, deploymentId, worker }));
}

async function replaceInPlace(work: Work): Promise<void> {
  const last = work.namespaces
    .filter((namespace) => !canBeRenamed(namespace))
    .map(
      (namespace): StagedNamespace => ({ namespace, database: namespace.database, collection: namespace.collection }),
    );
  if (last.length === 0) return;
  work.attempt.liveData = 'partly-replaced';
  await stage(work, last, { drop: true });
  await proveNamespaces(work.client, last, { signal: AbortSignal.timeout(3_600_000) });
}
