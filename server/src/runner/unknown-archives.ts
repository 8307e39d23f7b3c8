// Archives that belong to no backup that the ledger knows as good: their manifest says whose they are.
import type { ArchiveSummary, UnknownArchive } from '@holdfast/shared/destination';
import { OperationFailure } from '@holdfast/shared/failures';
import type { BackupId, DeploymentId, RestoreId } from '@holdfast/shared/ids';
import type { Manifest } from '@holdfast/shared/manifest';
import { openArchive } from '../archive/open-archive.ts';
import type { BackupState } from '../domain/backup.ts';
import { lacksCopyAt } from '../domain/copies.ts';
import { isOpenOperation } from '../domain/operation.ts';
import type { RestoreState } from '../domain/restore.ts';
import type { Services } from '../services.ts';
import { archiveSource } from '../storage/archive-source.ts';
import type { ArchiveStorage } from '../storage/archive-storage.ts';

/** Reads the manifest, unless it was read before; null when the file has gone. Throws `storage-missing` when the destination has. */
export async function lookIntoUnknown(
  services: Services,
  storage: ArchiveStorage,
  archive: { readonly key: string; readonly sizeBytes: number },
  readBefore: ArchiveSummary | null,
): Promise<UnknownArchive | null> {
  const read = readBefore ?? (await readSummary(services, storage, archive.key));
  if (read === null) return null;
  if (typeof read === 'string') return { ...archive, manifest: null, problem: read, status: null, adoptable: false };
  const state = (await services.ledger.state(`backup:${read.backupId}`)) as BackupState | undefined;
  const status = state?.status ?? null;
  const adoptable = status === null || status === 'missing' || lacksCopyAt(state, storage.id);
  return { ...archive, manifest: read, problem: null, status, adoptable };
}

/**
 * Whether it is the safety backup of a restore that has ended without it: its destination went away before it was recorded, and so it
 * could not be removed then.
 */
export async function isDiscarded({ ledger }: Pick<Services, 'ledger'>, archive: UnknownArchive): Promise<boolean> {
  const { status, manifest } = archive;
  if (status !== null || manifest?.safetyOf === undefined) return false;
  const restore = (await ledger.state(`restore:${manifest.safetyOf}`)) as RestoreState | undefined;
  return restore !== undefined && !isOpenOperation(restore) && restore.safetyBackupId !== manifest.backupId;
}

/** What is wrong with it, in words, when it cannot be read. */
async function readSummary(
  { keys }: Services,
  storage: ArchiveStorage,
  key: string,
): Promise<ArchiveSummary | string | null> {
  if ((await storage.stat(key)) === undefined) return null;
  try {
    const source = await archiveSource(storage, key);
    return summaryOf((await openArchive(source, { identities: await keys.identities() })).manifest);
  } catch (error) {
    if (error instanceof OperationFailure) return error.message;
    throw error;
  }
}

function summaryOf({ backupId, deployment, namespaces, ...manifest }: Manifest): ArchiveSummary {
  return {
    backupId: backupId as BackupId,
    deploymentId: deployment.id as DeploymentId,
    deploymentName: deployment.name,
    hosts: deployment.hosts,
    database: manifest.database,
    startedAt: manifest.startedAt,
    finishedAt: manifest.finishedAt,
    documents: namespaces.reduce((total, { documents }) => total + documents, 0),
    collections: namespaces.length,
    rawBytes: manifest.dump.rawBytes,
    serverVersion: manifest.server.version,
    ...(manifest.safety && { safetyOf: manifest.safety.restoreId as RestoreId }),
  };
}
