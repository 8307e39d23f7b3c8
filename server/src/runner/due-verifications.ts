// Which archive is to be read again next. Nothing is queued: what was never read, or not for long, is found in the read model, so
// a restart or another server goes on where one stopped.
//
// completed backup                            its turn comes
// never read, its policy verifies at once     right away, for a day
// never read, for whatever reason             with the scrub, a day after it was completed
// read before                                 with the scrub, so many days after that
import type { BackupId } from '@holdfast/shared/ids';
import type { ScrubSettings } from '@holdfast/shared/verification';
import type { Filter } from 'mongodb';
import type { StoredBackup } from '../projections/backups.ts';
import type { StoredPolicy } from '../projections/policies.ts';
import type { Services } from '../services.ts';

const dayMs = 24 * 3_600_000;

type Due = Pick<Services, 'ledger' | 'now'>;

/** Those that were just completed and not read yet, the oldest first; `besides` are left alone. Raises LEDGER_UNAVAILABLE. */
export async function freshBackups({ ledger, now }: Due, besides: readonly BackupId[]): Promise<BackupId[]> {
  const policies = await ledger.readModel<StoredPolicy>('policies');
  const waiting = await policies.find({ verifyAfterBackup: false }).project<{ _id: string }>({ _id: 1 }).toArray();
  const backups = await ledger.readModel<StoredBackup>('backups');
  const filter: Filter<StoredBackup> = {
    _id: { $nin: [...besides] },
    status: 'completed',
    checkedAt: null as never,
    completedAt: { $gt: isoBefore(now(), dayMs) },
    policyId: { $nin: waiting.map(({ _id }) => _id) as never[] },
  };
  const found = await backups.find(filter).sort({ completedAt: 1 }).limit(20).project({ _id: 1 }).toArray();
  return found.map(({ _id }) => _id as BackupId);
}

/** What the scrub reads, whatever its order. */
export function dueToScrub(settings: ScrubSettings, now: number): Filter<StoredBackup> {
  return {
    status: 'completed',
    $or: [
      { checkedAt: null as never, completedAt: { $lte: isoBefore(now, dayMs) } },
      { checkedAt: { $ne: null as never, $lte: isoBefore(now, settings.everyDays * dayMs) } },
    ],
  };
}

/** The one whose turn it is: never read before read long ago. Raises LEDGER_UNAVAILABLE. */
export async function nextToScrub(
  { ledger, now }: Due,
  settings: ScrubSettings,
  besides: readonly BackupId[],
): Promise<BackupId | null> {
  const backups = await ledger.readModel<StoredBackup>('backups');
  const filter = { ...dueToScrub(settings, now()), _id: { $nin: [...besides] } };
  const [next] = await backups.find(filter).sort({ checkedAt: 1, completedAt: 1 }).limit(1).toArray();
  return (next?._id ?? null) as BackupId | null;
}

function isoBefore(now: number, ms: number): string {
  return new Date(now - ms).toISOString();
}
