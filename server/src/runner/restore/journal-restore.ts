import type { EventData } from '@holdfast/shared/events';
import { stageRestore } from '../../domain/restore.ts';
import type { InPlaceJournal } from '../../domain/restore-in-place.ts';
import { explained } from '../../engine/driver-failure.ts';
import { findSwapMethod } from '../../engine/swap-method.ts';
import { changeRestore } from './change-restore.ts';
import { sizeOf, type Work } from './restore-work.ts';
import { ttlOf } from './stage.ts';
import { expiriesIn } from './ttl-indexes.ts';

/**
 * All is staged and proven: how it comes to its place is in the ledger from here on, so that whoever finds it goes on without the
 * archive. Raises WRONG_WORKER.
 */
export async function journalRestore(work: Work, journal: InPlaceJournal): Promise<void> {
  const { services, client, restore } = work;
  const { restoreId, deploymentId } = restore;
  const { staged, swaps, rewrites, merges } = journal;
  const data: EventData<'RestoreStaged'> = {
    ...{ restoreId, deploymentId, worker: services.worker, swaps: [...swaps], rewrites: [...rewrites] },
    ...(merges.length > 0 && { merges: [...merges] }),
    method: await explained(() => findSwapMethod(client)),
    expiries: expiriesIn(journal, ttlOf(work)),
    ...sizeOf(staged),
  };
  await changeRestore(services, restoreId, (state) => stageRestore(state, data));
}
