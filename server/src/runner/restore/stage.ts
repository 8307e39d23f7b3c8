// Staging: the chosen namespaces of the archive, written under other names than the live ones.
import { OperationFailure } from '@holdfast/shared/failures';
import { ArchiveProgress } from '../../archive/archive-progress.ts';
import { unlessAborted } from '../../engine/unless-aborted.ts';
import type { Totals } from '../operation-run.ts';
import { beginPhase } from './begin-phase.ts';
import { feedRestore } from './feed-restore.ts';
import { proveNamespaces, type StagedNamespace } from './prove-namespaces.ts';
import type { Work } from './restore-work.ts';

/** Writes the namespaces under their staged names. Throws OperationFailure. */
export async function stage(
  work: Work,
  staged: readonly StagedNamespace[],
  options: { readonly drop: boolean },
): Promise<void> {
  if (staged.length === 0) return;
  const { run, services, archive, address } = work;
  const progress = new ArchiveProgress();
  if (!options.drop) await beginPhase(work, 'stage', progress, totalsOf(staged));
  // What replaces live data in place is not stopped half-way.
  const signal = options.drop ? new AbortController().signal : run.signal;
  const outcome = await feedRestore(services, { archive, address, staged, progress, signal, drop: options.drop, run });
  const expected = staged
    .filter(({ namespace }) => namespace.type !== 'view')
    .reduce((total, { namespace }) => total + namespace.documents, 0);
  if (outcome.restored === expected) return;
  throw new OperationFailure('restore-incomplete', `${outcome.restored} of ${expected} documents were restored.`, {
    stderrTail: outcome.stderrTail,
  });
}

/** Reads what was staged back and compares it with the manifest. Throws OperationFailure('restore-incomplete'). */
export async function prove(work: Work, staged: readonly StagedNamespace[]): Promise<void> {
  const progress = new ArchiveProgress();
  await beginPhase(work, 'prove', progress, totalsOf(staged));
  const { signal } = work.run;
  await unlessAborted(signal, proveNamespaces(work.client, staged, { progress, signal }));
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
