// A restore in place: everything is staged beside what is live, proven, and journaled; from then on it goes by the journal.

import { excludedFrom } from '../../commands/excluded.ts';
import { inPlaceJournal } from '../../domain/restore-in-place.ts';
import { listStructure } from '../../engine/inspect-deployment.ts';
import { unlessAborted } from '../../engine/unless-aborted.ts';
import { throwIfCancelled } from '../stop-reason.ts';
import { beginPhase } from './begin-phase.ts';
import { expiriesIn, journalRestore } from './journal-restore.ts';
import { requireRights } from './require-rights.ts';
import { requireUnchanged } from './require-unchanged.ts';
import { usersWork } from './restore-users.ts';
import { type BroughtBack, broughtBack, type Work } from './restore-work.ts';
import { rollForward } from './roll-forward.ts';
import { prove, stage } from './stage.ts';

/** Resolves with what was brought back: not what a merge leaves as it is. Throws OperationFailure; `isBegun` says whether anything live changed. */
export async function restoreInPlace(work: Work): Promise<BroughtBack> {
  const { run, attempt, services, client, restore, scope } = work;
  const { restoreId } = restore;
  const live = await unlessAborted(run.signal, listLive(work));
  const journal = inPlaceJournal({ restoreId, mode: restore.options.mode, scope, live });
  const { rewrites } = journal;
  const last = { rewrites, expiries: expiriesIn(work, journal) };
  await unlessAborted(run.signal, requireRights(client, last));
  await stage(work, journal.staged);
  await prove(work, journal.staged);
  // Somebody may have made, while it was staged, what no safety backup holds and no rename would keep.
  await requireUnchanged(work);
  await unlessAborted(run.signal, requireRights(client, last));
  run.signal.throwIfAborted();
  // From here on the restore rolls forward: only a cancel still stops it, as long as nothing was swapped.
  run.liftTimeLimit();
  run.requireLease();
  await journalRestore(work, journal);
  await services.failpoint('staged');
  await rollForward({
    ...{ services, client, restoreId, worker: services.worker, users: usersWork(work) },
    beforeFirst: () => throwIfCancelled(run.signal),
    requireLease: () => run.requireLease(),
    enter: (phase) => beginPhase(work, phase),
    show: (counters, totals) => run.phase('swap', counters, totals),
  });
  attempt.liveData = 'replaced';
  const databases = new Set(journal.staged.map(({ database }) => database));
  return broughtBack([...databases], journal.staged);
}

async function listLive({ services, client, server, scope }: Work) {
  const exclude = excludedFrom(services.ledgerPlace, server);
  if (scope.databases === null) return await listStructure(client, { exclude });
  const found = await Promise.all(scope.databases.map((database) => listStructure(client, { database, exclude })));
  return found.flat();
}
