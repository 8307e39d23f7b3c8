// A backup as the API returns it: as it is stored, with where its archive is and where it should be.
import type { Backup, BackupCopy } from '@holdfast/shared/backup';
import { AppError } from '@holdfast/shared/errors';
import type { BackupId, DestinationId } from '@holdfast/shared/ids';
import type { KnownDestination } from '../destinations/destinations.ts';
import type { StoredBackup, StoredCopy } from '../projections/backups.ts';
import type { StoredDestination } from '../projections/destinations.ts';
import type { StoredPolicy } from '../projections/policies.ts';
import { namesSome } from '../runner/wanted-copies.ts';
import type { Services } from '../services.ts';

/** Raises BACKUP_NOT_FOUND. */
export async function findBackup(services: Services, id: string): Promise<Backup> {
  const collection = await services.ledger.readModel<StoredBackup>('backups');
  const found = await collection.findOne({ _id: id });
  if (found === null) throw new AppError('BACKUP_NOT_FOUND', { id });
  return (await publicBackups(services))(found);
}

interface Places {
  readonly known: readonly KnownDestination[];
  /** Destinations that were let go of. */
  readonly removed: ReadonlySet<string>;
  /** What policies name, where they name something. */
  readonly ofPolicy: ReadonlyMap<string, readonly DestinationId[]>;
}

/** Reads what many backups have in common; the result turns each as it is stored into one as the API returns it. */
export async function publicBackups(services: Services): Promise<(stored: StoredBackup) => Backup> {
  const destinations = await services.ledger.readModel<StoredDestination>('destinations');
  const policies = await services.ledger.readModel<StoredPolicy>('policies');
  const removed = await destinations.find({ removed: true }).project<{ _id: string }>({ _id: 1 }).toArray();
  const naming = await policies.find({ removed: false, destinationIds: namesSome }).toArray();
  const places: Places = {
    known: services.destinations.known(),
    removed: new Set(removed.map(({ _id }) => _id)),
    ofPolicy: new Map(naming.map(({ _id, destinationIds }) => [_id, destinationIds])),
  };
  return ({ _id, copies = {}, missingAt = [], testInterruptions: _, putBacks: __, ...backup }) => ({
    ...backup,
    id: _id as BackupId,
    ...latelyKnown(backup),
    copies: publicCopies({ ...backup, copies, missingAt }, places),
  });
}

type Copied = Pick<StoredBackup, 'status' | 'policyId' | 'filePath' | 'sizeBytes'> & {
  readonly copies: Readonly<Record<string, StoredCopy>>;
  readonly missingAt: readonly string[];
};

function publicCopies({ status, policyId, filePath, sizeBytes, ...where }: Copied, places: Places): BackupCopy[] {
  const { copies, missingAt } = where;
  if (status === 'deleted') return [];
  const wanted = status === 'completed' ? (places.ofPolicy.get(policyId ?? '') ?? []) : [];
  const isMeant = (id: string, { state }: StoredCopy) => state !== 'failed' || [...wanted, ...missingAt].includes(id);
  const made = Object.entries(copies)
    .filter(([id, copy]) => !places.removed.has(id) && isMeant(id, copy))
    .map(([id, copy]) => publicCopy(id, copy, places));
  const underWay = wanted
    .filter((id) => copies[id] === undefined && places.known.some((one) => one.id === id))
    .map((id) => publicCopy(id, { state: 'copying', key: filePath, sizeBytes, at: null, error: null }, places));
  return [...made, ...underWay];
}

function publicCopy(
  id: string,
  { state, key, sizeBytes, at, error }: Pick<BackupCopy, 'state' | 'key' | 'sizeBytes' | 'at' | 'error'>,
  { known }: Places,
): BackupCopy {
  const destination = known.find((one) => one.id === id);
  return {
    destinationId: id as DestinationId,
    name: destination?.name ?? null,
    ...{ state, key: key ?? null, sizeBytes: sizeBytes ?? null, at },
    error: error ?? destination?.problem ?? null,
  };
}

/** What was stored before there was encryption is not encrypted; of what was not noted then, nothing is said. */
function latelyKnown({
  encryption = null,
  checkedAt = null,
  checkCause = null,
  optimes = null,
  testedAt = null,
  testedRestoreMs = null,
  restoreTest = null,
  failedTest = null,
}: Partial<StoredBackup>) {
  return { encryption, checkedAt, checkCause, optimes, testedAt, testedRestoreMs, restoreTest, failedTest };
}
