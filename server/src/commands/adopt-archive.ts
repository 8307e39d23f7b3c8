// Taking on an archive that the ledger does not know, or called missing: read wholly first, then recorded as a completed backup.
import type { Actor } from '@holdfast/shared/actor';
import { AppError } from '@holdfast/shared/errors';
import type { BackupId, DeploymentId, DestinationId } from '@holdfast/shared/ids';
import type { ArchiveSource, OpenArchive } from '../archive/open-archive.ts';
import { type VerifyArchiveOptions, verifyArchive } from '../archive/verify-archive.ts';
import { findDestination } from '../destinations/find-destination.ts';
import { adoptBackup, type BackupState, requireAdoptable } from '../domain/backup.ts';
import { lacksCopyAt, recordCopy } from '../domain/copies.ts';
import type { DeploymentState } from '../domain/deployment.ts';
import { openWithKey } from '../keys/open-with-key.ts';
import type { Services } from '../services.ts';
import { isKey } from '../storage/archive-key.ts';
import type { ArchiveStorage } from '../storage/archive-storage.ts';
import { adoptedFacts } from './adopted-facts.ts';
import { execute } from './execute.ts';
import { refuseUnreadable } from './refuse-unreadable.ts';

export interface AdoptArchive {
  /** Where it lies. */
  readonly storage: ArchiveStorage;
  readonly key: string;
  /** The registered deployment that it is for; default: the one that it was taken of. */
  readonly deploymentId: DeploymentId | undefined;
  readonly actor: Actor;
}

/**
 * Verifies an archive at the destination and adopts its backup, which can then be restored; one of a completed backup that has no
 * copy there becomes a copy of it. Raises ARCHIVE_NOT_FOUND,
 * ARCHIVE_UNREADABLE, BACKUP_EXISTS, DEPLOYMENT_UNKNOWN, DEPLOYMENT_NOT_FOUND; throws what the storage throws when the
 * destination itself is not there.
 */
export async function adoptArchive(services: Services, command: AdoptArchive): Promise<BackupId> {
  const { storage, key } = command;
  const source = await sourceOf(storage, key);
  const identities = await services.keys.identities();
  const { archive, encryption } = await refuseUnreadable(key, () => openWithKey(services.keys, source));
  const backupId = archive.manifest.backupId as BackupId;
  const known = (await services.ledger.state(`backup:${backupId}`)) as BackupState | undefined;
  if (known !== undefined && lacksCopyAt(known, storage.id)) {
    await adoptCopy(services, command, { source, identities, known });
    return backupId;
  }
  requireAdoptable(known, backupId);
  const deploymentId = await deploymentFor(services, command, archive, known);
  // A file that is back must be the one that was lost.
  const expected = known?.sealed ?? {};
  const { sha256 } = await refuseUnreadable(key, () => verifyArchive({ source, expected, identities }));
  const facts = { deploymentId, destinationId: storage.id as DestinationId, key, sizeBytes: source.sizeBytes };
  const data = { ...adoptedFacts(archive, { backupId, ...facts }, encryption), sha256 };
  const [backup, deployment] = [`backup:${backupId}`, `deployment:${deploymentId}`] as const;
  await execute(services.ledger, {
    actor: command.actor,
    correlationId: backupId,
    reads: [backup, deployment],
    decide: (read) => adoptBackup({ backup: read(backup), deployment: read(deployment) }, data),
  });
  await forgetUnknown(services, command);
  return backupId;
}

/** It has to be the file that was backed up. */
async function adoptCopy(
  services: Services,
  command: AdoptArchive,
  { source, identities, known }: Pick<VerifyArchiveOptions, 'source' | 'identities'> & { readonly known: BackupState },
): Promise<void> {
  const { storage, key, actor } = command;
  const { backupId, sealed } = known;
  await refuseUnreadable(key, () =>
    verifyArchive({ source, expected: sealed ?? {}, ...(identities && { identities }) }),
  );
  const destination = await findDestination(services.destinations, storage.id);
  const stream = `backup:${backupId}` as const;
  const copy = { backupId, destination, key, sizeBytes: source.sizeBytes };
  await execute(services.ledger, {
    actor,
    correlationId: backupId,
    reads: [stream],
    decide: (read) => recordCopy(read(stream), copy),
  });
  await forgetUnknown(services, command);
}

async function forgetUnknown({ reconciliations }: Services, { storage, key }: AdoptArchive): Promise<void> {
  await reconciliations.updateOne(
    { _id: storage.id as DestinationId, 'unknown.key': key },
    { $pull: { unknown: { key } }, $inc: { unknownTotal: -1 } },
  );
}

async function sourceOf(storage: ArchiveStorage, key: string): Promise<ArchiveSource> {
  const found = isKey(key) ? await storage.stat(key) : undefined;
  if (found === undefined) throw new AppError('ARCHIVE_NOT_FOUND', { key });
  return { sizeBytes: found.sizeBytes, read: (range) => storage.read(key, range) };
}

/** The one that was named; else the one that the backup was taken of, when it is still registered. */
async function deploymentFor(
  services: Services,
  { key, deploymentId }: AdoptArchive,
  { manifest }: OpenArchive,
  known: BackupState | undefined,
): Promise<DeploymentId> {
  if (deploymentId !== undefined) return deploymentId;
  const own = known?.deploymentId ?? (manifest.deployment.id as DeploymentId);
  const state = (await services.ledger.state(`deployment:${own}`)) as DeploymentState | undefined;
  if (state !== undefined && !state.removed) return own;
  const { name: deploymentName, hosts } = manifest.deployment;
  throw new AppError('DEPLOYMENT_UNKNOWN', { key, deploymentName, hosts });
}
