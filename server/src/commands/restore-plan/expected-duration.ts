// How long a restore will take, from those before.
import type { DeploymentId } from '@holdfast/shared/ids';
import type { StoredBackup } from '../../projections/backups.ts';
import type { StoredRestore } from '../../projections/restores.ts';
import type { Services } from '../../services.ts';

/** What is the same for a small and a large one, as bytes that would take as long. */
const fixedBytes = 50_000_000;
const looksAt = 10;

interface Measured {
  readonly bytes: number;
  readonly durationMs: number;
}

export interface Expected {
  /** That is written to. */
  readonly deploymentId: DeploymentId;
  /** Whose backup it is. */
  readonly sourceId: DeploymentId;
  /** That are restored, raw. */
  readonly bytes: number;
}

/**
 * The median of the newest restores of whole backups into the deployment; before the first one, of what restore tests measured
 * for its backups. In milliseconds, by bytes; null where there was neither.
 */
export async function expectedDuration(services: Services, expected: Expected): Promise<number | null> {
  const { deploymentId, sourceId, bytes } = expected;
  return (
    scaled(await restoresBefore(services, deploymentId), bytes) ?? scaled(await testsOf(services, sourceId), bytes)
  );
}

/** The median of what the ones before took, scaled to so many bytes. */
export function scaled(measured: readonly Measured[], bytes: number): number | null {
  const expected = measured
    .map((one) => (one.durationMs * (bytes + fixedBytes)) / (one.bytes + fixedBytes))
    .sort((a, b) => a - b);
  const middle = expected[Math.floor(expected.length / 2)];
  return middle === undefined ? null : Math.round(middle);
}

async function restoresBefore({ ledger }: Services, deploymentId: DeploymentId): Promise<Measured[]> {
  const restores = await ledger.readModel<StoredRestore>('restores');
  const whole = { undoOf: null, 'options.namespaces': { $exists: false } };
  const newest = await restores
    .find({ deploymentId, status: 'completed', ...whole })
    .sort({ createdAt: -1, _id: -1 })
    .limit(looksAt)
    .toArray();
  const backups = await ledger.readModel<StoredBackup>('backups');
  const ids = newest.map(({ backupId }) => backupId);
  const sizes = await backups.find({ _id: { $in: ids } }, { projection: { rawBytes: 1 } }).toArray();
  const bytesOf = new Map(sizes.map(({ _id, rawBytes }) => [_id, rawBytes]));
  return newest.flatMap(({ backupId, durationMs }) => {
    const bytes = bytesOf.get(backupId);
    return durationMs === null || bytes === undefined || bytes === null ? [] : [{ bytes, durationMs }];
  });
}

async function testsOf({ ledger }: Services, sourceId: DeploymentId): Promise<Measured[]> {
  const backups = await ledger.readModel<StoredBackup>('backups');
  const tested = await backups
    .find({ deploymentId: sourceId, testedRestoreMs: { $ne: null } })
    .sort({ createdAt: -1, _id: -1 })
    .limit(looksAt)
    .toArray();
  return tested.flatMap(({ rawBytes, testedRestoreMs }) =>
    rawBytes === null || testedRestoreMs === null ? [] : [{ bytes: rawBytes, durationMs: testedRestoreMs }],
  );
}
