// How long a restore will take, from those before.
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

/** The median of the newest restores of whole backups into the deployment, by bytes; null where there was none. */
export async function expectedDuration(
  services: Services,
  { deploymentId, bytes }: { readonly deploymentId: string; readonly bytes: number },
): Promise<number | null> {
  return scaled(await restoresBefore(services, deploymentId), bytes);
}

/** The median of what the ones before took, scaled to so many bytes. */
export function scaled(measured: readonly Measured[], bytes: number): number | null {
  const expected = measured
    .map((one) => (one.durationMs * (bytes + fixedBytes)) / (one.bytes + fixedBytes))
    .sort((a, b) => a - b);
  const middle = expected[Math.floor(expected.length / 2)];
  return middle === undefined ? null : Math.round(middle);
}

async function restoresBefore({ ledger }: Services, deploymentId: string): Promise<Measured[]> {
  const restores = await ledger.readModel<StoredRestore>('restores');
  const whole = { undoOf: null, 'options.namespaces': { $exists: false } };
  const newest = await restores
    .find({ deploymentId: deploymentId as StoredRestore['deploymentId'], status: 'completed', ...whole })
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
