// Removing every copy of a backup's archive, wherever one lies.
import { OperationFailure } from '@holdfast/shared/failures';
import { requireDestination } from '../destinations/destinations.ts';
import type { BackupState } from '../domain/backup.ts';
import { type CopyState, copiesOf } from '../domain/copies.ts';
import type { DestinationState } from '../domain/destination.ts';
import type { Services } from '../services.ts';

/**
 * What somebody asks to be deleted stays whole while one of its copies is out of reach; of what retention let go, what is within
 * reach goes, and the rest the next time. Throws OperationFailure, what the first unreachable destination said. A destination that
 * was let go of keeps what it has.
 */
export async function removeArchives(
  services: Services,
  state: BackupState,
  cause: 'retention' | 'manual',
): Promise<void> {
  const copies: CopyState[] = [];
  for (const copy of copiesOf(state)) if (await mayHaveIt(services, copy)) copies.push(copy);
  if (cause === 'manual') for (const copy of copies) await requireThere(services, copy);
  let first: OperationFailure | undefined;
  for (const { destinationId, key } of copies) {
    try {
      await (await requireDestination(services.destinations, destinationId)).remove(key);
    } catch (error) {
      if (!(error instanceof OperationFailure)) throw error;
      first ??= error;
    }
  }
  if (first !== undefined) throw first;
}

/**
 * Not one that was never made or went missing at a destination that is away: should that file come back with its destination,
 * reconciliation removes it.
 */
async function mayHaveIt({ destinations, ledger }: Services, copy: CopyState): Promise<boolean> {
  if (destinations.byId(copy.destinationId) !== undefined) return true;
  const destination = (await ledger.state(`destination:${copy.destinationId}`)) as DestinationState | undefined;
  return copy.state === 'stored' && destination?.removed !== true;
}

async function requireThere({ destinations }: Services, { destinationId, key }: CopyState): Promise<void> {
  await (await requireDestination(destinations, destinationId)).stat(key);
}
