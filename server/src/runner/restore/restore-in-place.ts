// A restore in place: everything is staged beside what is live, proven, and journaled; from then on it goes by the journal.

import { excludedFrom } from '../../commands/excluded.ts';
import { type InPlaceJournal, inPlaceJournal } from '../../domain/restore-in-place.ts';
import { listStructure } from '../../engine/inspect-deployment.ts';
import { unlessAborted } from '../../engine/unless-aborted.ts';
import { throwIfCancelled } from '../stop-reason.ts';
import { beginPhase } from './begin-phase.ts';
import { journalRestore } from './journal-restore.ts';
import { emptyTimestampsIn, type NeededRights, requireRights } from './require-rights.ts';
import { requireUnchanged } from './require-unchanged.ts';
import { usersChange, usersWork } from './restore-users.ts';
import { type BroughtBack, broughtBack, type Work } from './restore-work.ts';
import { rollForward } from './roll-forward.ts';
import { prove, stage, ttlOf } from './stage.ts';
import { expiriesIn } from './ttl-indexes.ts';

/** Resolves with what was brought back: not what a merge leaves as it is. Throws OperationFailure; `isBegun` says whether anything live changed. */
export async function restoreInPlace(work: Work): Promise<BroughtBack> {
  const { run, attempt, services, client, restore } = work;
  const { restoreId } = restore;
  const journal = await journalOf(work);
  await stage(work, journal.staged);
  await prove(work, journal.staged);
  // Somebody may have made, while it was staged, what no safety backup holds and no rename would keep.
  await requireUnchanged(work);
  await requireRightsOf(work, journal);
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
  return broughtBack(databasesIn(journal.staged), journal.staged);
}

/** Before anything is begun. Throws `not-authorized` that says what is missing. */
export async function requireRightsInPlace(work: Work): Promise<void> {
  await requireRightsOf(work, await journalOf(work));
}

async function requireRightsOf(work: Work, journal: InPlaceJournal): Promise<void> {
  const { client, restore, scope, run } = work;
  const access = await unlessAborted(run.signal, usersChange(usersWork(work)));
  const needed: NeededRights = {
    ...{ rewrites: journal.rewrites, expiries: expiriesIn(journal, ttlOf(work)), access },
    databases: databasesIn(journal.staged),
    emptyTimestamps: emptyTimestampsIn(restore.emptyTimestamps, scope),
  };
  await unlessAborted(run.signal, requireRights(client, needed));
}

async function journalOf(work: Work): Promise<InPlaceJournal> {
  const { restore, scope, run } = work;
  const live = await unlessAborted(run.signal, listLive(work));
  return inPlaceJournal({ restoreId: restore.restoreId, mode: restore.options.mode, scope, live });
}

function databasesIn(staged: readonly { readonly database: string }[]): string[] {
  return [...new Set(staged.map(({ database }) => database))];
}

async function listLive({ services, client, server, scope }: Work) {
  const exclude = excludedFrom(services.ledgerPlace, server);
  if (scope.databases === null) return await listStructure(client, { exclude });
  const found = await Promise.all(scope.databases.map((database) => listStructure(client, { database, exclude })));
  return found.flat();
}
