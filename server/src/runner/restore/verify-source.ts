// Which of a backup's copies a restore reads.
import { OperationFailure } from '@holdfast/shared/failures';
import type { AgeIdentity } from '../../archive/age/age-keys.ts';
import { ArchiveProgress } from '../../archive/archive-progress.ts';
import { type ArchiveSource, type OpenArchive, openArchive } from '../../archive/open-archive.ts';
import { verifyArchive } from '../../archive/verify-archive.ts';
import { readableCopies } from '../../destinations/readable-copy.ts';
import { type BackupState, requireCompleted } from '../../domain/backup.ts';
import type { RestoreState } from '../../domain/restore.ts';
import { throughFailover } from '../../ledger/through-failover.ts';
import type { Services } from '../../services.ts';
import type { OperationRun } from '../operation-run.ts';
import { beginPhase } from './begin-phase.ts';

/**
 * The whole archive is re-read before anything is changed: the first copy of it that proves whole. Throws `archive-damaged`,
 * `storage-missing`, `destination-unavailable`, what the first one said, when none does.
 */
export async function verifiedArchive(
  services: Services,
  run: OperationRun,
  restore: RestoreState,
): Promise<OpenArchive> {
  const backup = requireCompleted(
    (await services.ledger.state(`backup:${restore.backupId}`)) as BackupState,
    restore.backupId,
  );
  const progress = new ArchiveProgress();
  const { rawBytes, documents } = sealedOf(backup);
  await beginPhase({ services, run }, 'verify', progress, { bytes: rawBytes, documents, namespaces: new Map() });
  const identities = await throughFailover(() => services.keys.identities());
  let first: unknown;
  for await (const { source, storage } of readableCopies(services, backup)) {
    try {
      return await verifiedCopy(run, backup, { source, identities });
    } catch (error) {
      if (!(error instanceof OperationFailure) || run.signal.aborted) throw error;
      first ??= error;
      services.logger.warn({ operationId: restore.restoreId, url: storage.url, err: error }, 'a copy is not whole');
    }
  }
  throw first;
}

async function verifiedCopy(
  run: OperationRun,
  backup: BackupState,
  archive: { readonly source: ArchiveSource; readonly identities: readonly AgeIdentity[] },
): Promise<OpenArchive> {
  const expected = sealedOf(backup);
  const { rawBytes, documents } = expected;
  const progress = new ArchiveProgress();
  run.phase('verify', progress, { bytes: rawBytes, documents, namespaces: new Map() });
  await verifyArchive({ ...archive, expected, progress, signal: run.signal });
  return openArchive(archive.source, { identities: archive.identities });
}

function sealedOf({ backupId, sealed }: BackupState): NonNullable<BackupState['sealed']> {
  if (sealed === null) throw new Error(`backup ${backupId} is completed but was never sealed`);
  return sealed;
}
