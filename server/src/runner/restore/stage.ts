// Staging: the chosen namespaces of the archive, written under other names than the live ones; and the proof of what was written.
import { OperationFailure } from '@holdfast/shared/failures';
import { ArchiveProgress } from '../../archive/archive-progress.ts';
import { explained } from '../../engine/driver-failure.ts';
import { unlessAborted } from '../../engine/unless-aborted.ts';
import { endWrites } from '../end-writes.ts';
import type { Totals } from '../operation-run.ts';
import { beginPhase } from './begin-phase.ts';
import { FeedFailed, feedRestore } from './feed-restore.ts';
import { makeEmpty } from './make-empty.ts';
import { proveNamespaces, type StagedNamespace } from './prove-namespaces.ts';
import type { Work } from './restore-work.ts';
import { type Acknowledgement, acknowledgementFor, serverRun, untilMajoritySees } from './staged-writes.ts';
import { type TtlWay, ttlWay } from './ttl-indexes.ts';

/**
 * Writes the namespaces under their staged names, expiries left out. When the copy of the archive that is read turns out damaged,
 * what was written is dropped, and the next copy is taken. Throws OperationFailure: what the first copy said when none is whole;
 * `restore-incomplete`, and what the server and the tool say.
 */
export async function stage(work: Work, staged: readonly StagedNamespace[]): Promise<void> {
  if (staged.length === 0) return;
  await beginPhase(work, 'stage');
  if (!(await isStagedToStay(work, staged, acknowledgementFor(work.server)))) {
    await dropStaged(work, staged);
    await stageFromWholeCopy(work, staged, 'majority');
  }
  await work.services.failpoint('restored');
}

/** Reads what was staged back and compares it with the manifest. Throws OperationFailure('restore-incomplete'). */
export async function prove(work: Work, staged: readonly StagedNamespace[]): Promise<void> {
  const progress = new ArchiveProgress();
  await beginPhase(work, 'prove', progress, totalsOf(staged));
  const { signal } = work.run;
  const options = { archive: work.archive, ttl: ttlOf(work), progress, signal };
  await unlessAborted(signal, proveNamespaces(work.client, staged, options));
}

/** How this restore stages what expires, and the proof expects it. */
export function ttlOf({ server, restore }: Work): TtlWay {
  return ttlWay(server, restore.options.ttlIndexes);
}

/** False: the server was started again meanwhile, and may have forgotten what it had only received. */
async function isStagedToStay(
  work: Work,
  staged: readonly StagedNamespace[],
  acknowledged: Acknowledgement,
): Promise<boolean> {
  const run = await serverRun(work.client);
  const read = staged.find(({ namespace }) => namespace.type !== 'view');
  if (acknowledged === 'majority' || run === null || read === undefined) {
    await stageFromWholeCopy(work, staged, 'majority');
    return true;
  }
  await stageFromWholeCopy(work, staged, 'received');
  await untilMajoritySees(work.client, read.database, read.collection);
  return (await serverRun(work.client)) === run;
}

async function stageFromWholeCopy(
  work: Work,
  staged: readonly StagedNamespace[],
  acknowledged: Acknowledgement,
): Promise<void> {
  for (;;) {
    try {
      await stageFromCopy(work, staged, acknowledged);
      return;
    } catch (error) {
      if (!(error instanceof FeedFailed)) throw error;
      const { cause } = error;
      if (work.run.signal.aborted || !isOfCopy(cause)) throw cause;
      await dropStaged(work, staged);
      await work.copies.next(cause, work.run.signal);
    }
  }
}

async function stageFromCopy(
  work: Work,
  staged: readonly StagedNamespace[],
  acknowledged: Acknowledgement,
): Promise<void> {
  const { run, services, archive, address, client } = work;
  const progress = new ArchiveProgress();
  run.phase('stage', progress, totalsOf(staged));
  const [ttl, signal] = [ttlOf(work), run.signal];
  const made = await makeEmpty(client, staged, { ttl, acknowledged, signal, before: () => run.requireLease() });
  const feeding = { archive, address, staged, ttl, made, acknowledged, progress, signal, run };
  const outcome = await feedRestore(services, feeding);
  const expected = staged
    .filter(({ namespace }) => namespace.type !== 'view')
    .reduce((total, { namespace }) => total + namespace.documents, 0);
  if (outcome.restored === expected) return;
  throw new OperationFailure('restore-incomplete', `${outcome.restored} of ${expected} documents were restored.`, {
    stderrTail: outcome.stderrTail,
  });
}

const reasonsOfCopies: ReadonlySet<string> = new Set(['archive-damaged', 'storage-missing', 'destination-unavailable']);

/** Another copy may well be whole, and within reach. */
function isOfCopy(error: unknown): error is OperationFailure {
  return error instanceof OperationFailure && reasonsOfCopies.has(error.reason);
}

async function dropStaged(work: Work, staged: readonly StagedNamespace[]): Promise<void> {
  const { client, run, restore, attempt } = work;
  await endWrites(client, { restoreId: restore.restoreId, databases: attempt.createdDatabases });
  for (const { database, collection } of staged) {
    run.requireLease();
    await explained(() => client.db(database).dropCollection(collection));
  }
}

function totalsOf(staged: readonly StagedNamespace[]): Totals {
  return {
    bytes: staged.reduce((total, { namespace }) => total + namespace.bytes, 0),
    documents: staged.reduce((total, { namespace }) => total + namespace.documents, 0),
    namespaces: new Map(
      staged.map(({ namespace }) => [`${namespace.database}.${namespace.collection}`, namespace.documents]),
    ),
  };
}
