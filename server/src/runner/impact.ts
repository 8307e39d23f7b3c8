// What a backup may take from the database and the network, and whether it takes users along: what its policy says.
import type { PolicyId } from '@holdfast/shared/ids';
import type { PolicySettings } from '@holdfast/shared/policy';
import type { BackupState } from '../domain/backup.ts';
import { type PolicyState, wholeSettings } from '../domain/policy.ts';
import type { DumpOptions } from '../engine/start-dump.ts';
import type { Services } from '../services.ts';
import type { ArchiveStorage } from '../storage/archive-storage.ts';
import { withBandwidthLimit } from '../storage/with-bandwidth-limit.ts';

export type Impact = Pick<
  PolicySettings,
  'readPreference' | 'parallelCollections' | 'bandwidthLimitBytesPerSecond' | 'usersAndRoles'
>;

/** Nothing is held back for a backup of no policy, but for what the tool does by itself. */
const ofNoPolicy: Impact = {
  ...{ readPreference: null, parallelCollections: 4, bandwidthLimitBytesPerSecond: null },
  usersAndRoles: false,
};

/** As the policy is now. Raises LEDGER_UNAVAILABLE. */
export async function impactOf(services: Pick<Services, 'ledger'>, backupId: string): Promise<Impact> {
  const backup = (await services.ledger.state(`backup:${backupId}`)) as BackupState | undefined;
  return await impactOfPolicy(services, backup?.policyId ?? null);
}

/** The same for what is written as this policy's backups are. Raises LEDGER_UNAVAILABLE. */
export async function impactOfPolicy({ ledger }: Pick<Services, 'ledger'>, policyId: PolicyId | null): Promise<Impact> {
  if (policyId === null) return ofNoPolicy;
  const policy = (await ledger.state(`policy:${policyId}`)) as PolicyState | undefined;
  return policy === undefined ? ofNoPolicy : wholeSettings(policy.settings);
}

/** For mongodump. */
export function dumpImpact(
  impact: Impact,
): Pick<DumpOptions, 'numParallelCollections' | 'readPreference' | 'usersAndRoles'> {
  const { readPreference, parallelCollections: numParallelCollections, usersAndRoles } = impact;
  return { numParallelCollections, usersAndRoles, ...(readPreference && { readPreference }) };
}

/** The storage as one backup may use it. */
export function limitedStorage(storage: ArchiveStorage, { bandwidthLimitBytesPerSecond }: Impact): ArchiveStorage {
  if (bandwidthLimitBytesPerSecond === null) return storage;
  return withBandwidthLimit(storage, { bytesPerSecond: bandwidthLimitBytesPerSecond });
}
