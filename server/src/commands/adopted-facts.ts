import type { BackupEncryption } from '@holdfast/shared/encryption';
import type { EventData } from '@holdfast/shared/events';
import type { OpenArchive } from '../archive/open-archive.ts';
import { archiveTotals } from '../archive/users-and-roles.ts';

type Adopted = Omit<EventData<'BackupAdopted'>, 'deploymentName' | 'policyId' | 'sha256' | 'recovered'>;

/** What the ledger is told of an archive that is taken on: where it is, and what its manifest says. */
export function adoptedFacts(
  { manifest, manifestDigest }: OpenArchive,
  place: Pick<Adopted, 'backupId' | 'deploymentId' | 'destinationId' | 'key' | 'sizeBytes'>,
  encryption: BackupEncryption | undefined,
): Adopted {
  return {
    ...place,
    ...(encryption === undefined ? {} : { encryption }),
    manifestDigest,
    database: manifest.database,
    toolVersion: manifest.tool.version,
    serverVersion: manifest.server.version,
    ...archiveTotals(manifest),
    ...(manifest.optimes && { optimes: manifest.optimes }),
    createdAt: manifest.startedAt,
    completedAt: manifest.finishedAt,
  };
}
