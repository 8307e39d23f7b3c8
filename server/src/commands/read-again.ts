// Reads the copies of an archive again, every byte and document of them, and says whether all are whole. Records nothing.
import { OperationFailure } from '@holdfast/shared/failures';
import type { VerificationCause } from '@holdfast/shared/verification';
import { ArchiveProgress } from '../archive/archive-progress.ts';
import { type Verification, verifyArchive } from '../archive/verify-archive.ts';
import { type ReadableCopy, readableCopies } from '../destinations/readable-copy.ts';
import type { BackupState } from '../domain/backup.ts';
import type { StoredBackup } from '../projections/backups.ts';
import { showVerification } from '../runner/verifications.ts';
import type { Services } from '../services.ts';
import { archiveSource } from '../storage/archive-source.ts';
import { withBandwidthLimit } from '../storage/with-bandwidth-limit.ts';

export interface Reading {
  readonly cause: VerificationCause;
  readonly signal: AbortSignal;
  /** How fast the archive may be read; null: as fast as it can be. */
  readonly bytesPerSecond: number | null;
}

/**
 * What the first copy holds, once all within reach were found whole. Right after a backup only the first one is read: the others are
 * hashed when they are made. Throws OperationFailure, what the first one that is not whole said, and the signal's reason.
 */
export async function readAgain(services: Services, state: BackupState, reading: Reading): Promise<Verification> {
  const { backupId, sealed, deploymentId } = state;
  if (sealed === null) throw new Error(`backup ${backupId} is completed but was never sealed`);
  const backups = await services.ledger.readModel<StoredBackup>('backups');
  const deploymentName = (await backups.findOne({ _id: backupId }))?.deploymentName ?? '';
  const progress = new ArchiveProgress();
  const shown = { id: backupId, deploymentId, deploymentName, rawBytes: sealed.rawBytes };
  return showVerification(services, shown, { cause: reading.cause, progress }, async () => {
    const whole: { readonly url: string; readonly found: Verification }[] = [];
    const damaged: { readonly url: string; readonly failure: OperationFailure }[] = [];
    for await (const copy of readableCopies(services, state)) {
      progress.bytes = 0;
      const found = await readCopy(services, copy, { ...reading, expected: sealed, progress });
      if (found instanceof OperationFailure) damaged.push({ url: copy.storage.url, failure: found });
      else whole.push({ url: copy.storage.url, found });
      if (reading.cause === 'after-backup') break;
    }
    if (damaged[0] !== undefined) throw withPlace(damaged[0], whole[0]?.url);
    if (whole[0] === undefined) throw new Error(`no copy of the backup ${backupId} was read`);
    return whole[0].found;
  });
}

async function readCopy(
  services: Services,
  { storage, key, source }: ReadableCopy,
  options: Reading & { readonly expected: NonNullable<BackupState['sealed']>; readonly progress: ArchiveProgress },
): Promise<Verification | OperationFailure> {
  const { bytesPerSecond, expected, progress, signal } = options;
  const limited =
    bytesPerSecond === null ? source : await archiveSource(withBandwidthLimit(storage, { bytesPerSecond }), key);
  const identities = await services.keys.identities();
  try {
    return await verifyArchive({ source: limited, expected, identities, progress, signal });
  } catch (error) {
    if (error instanceof OperationFailure && !signal.aborted) return error;
    throw error;
  }
}

/** Of several copies it says which, and what to do while another one is whole. */
function withPlace(
  { url, failure }: { readonly url: string; readonly failure: OperationFailure },
  wholeUrl: string | undefined,
): OperationFailure {
  if (wholeUrl === undefined || failure.reason !== 'archive-damaged') return failure;
  const message =
    `The copy at ${url}: ${failure.message} The one at ${wholeUrl} is whole: restores use it. ` +
    'Move the damaged file away, and the copy is made again.';
  return new OperationFailure(failure.reason, message, { cause: failure });
}
