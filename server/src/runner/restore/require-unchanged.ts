// The last looks, before anything is begun and before anything live changes: a plan is of the namespaces as it saw them.
import { OperationFailure } from '@holdfast/shared/failures';
import { excludedFrom } from '../../commands/excluded.ts';
import { lookAtLive } from '../../commands/restore-plan/look-at-live.ts';
import { liveDigest } from '../../commands/restore-plan/prospect.ts';
import { unlessAborted } from '../../engine/unless-aborted.ts';
import type { Work } from './restore-work.ts';

/**
 * Throws `plan-outdated` when something that the restore concerns was added, removed or altered since its plan. One that takes
 * another back looks itself; a copy goes where nothing is, which is looked at when it begins.
 */
export async function requireUnchanged(work: Work): Promise<void> {
  const { restore, services, client, server, scope, run } = work;
  const { target, liveDigest: planned, undoOf } = restore;
  if (planned === null || undoOf !== null || target.kind === 'copy') return;
  const where = { scope, target, isProtected: excludedFrom(services.ledgerPlace, server) };
  const live = await unlessAborted(run.signal, lookAtLive(client, where));
  if (liveDigest(where, live) === planned) return;
  const message = 'A collection that the restore concerns was added, removed or altered since its plan was made.';
  throw new OperationFailure('plan-outdated', message);
}
