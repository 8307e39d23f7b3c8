// Where a swap stops that is given up: what of it was begun, and for how long that is kept to be taken back.
import type { EventData } from '@holdfast/shared/events';
import type { MongoClient } from 'mongodb';
import type { RestoreState } from '../../domain/restore.ts';
import { hoursKept } from '../../domain/undo.ts';
import type { Services } from '../../services.ts';
import { type FoundSwap, lookAtSwaps, type Swap, undoBytes } from './swap-collections.ts';

export interface StoppedSwap {
  /** All of them, begun or not. */
  readonly swaps: readonly FoundSwap[];
  /** Where a merge, or the undo of one, has begun; what says which documents is kept. */
  readonly merges: readonly FoundSwap[];
}

/** null for one that does not stop amid its swap. Throws OperationFailure. */
export async function lookAtStop(client: MongoClient, state: RestoreState): Promise<StoppedSwap | null> {
  if (state.status !== 'staged') return null;
  const merges = [...state.merges, ...state.unmerges].map(({ database, live, undo }) => ({
    ...{ database, live, shadow: null, undo: undo ?? undefined },
  }));
  const swaps = await lookAtSwaps(client, state.swaps);
  return { swaps, merges: (await lookAtSwaps(client, merges)).filter(({ isKept }) => isKept) };
}

type Kept = Required<
  Pick<EventData<'RestoreGivenUp'>, 'begun' | 'movedAway' | 'undoUntil' | 'undoBytes' | 'undoCollections'>
>;

/** What can be taken back of it, and until when; null where nothing was begun. Throws OperationFailure. */
export async function keptOfStop(
  services: Pick<Services, 'now'>,
  client: MongoClient,
  { options }: Pick<RestoreState, 'options'>,
  { swaps, merges }: StoppedSwap,
): Promise<Kept | null> {
  const begun = swaps.filter(({ isBegun }) => isBegun);
  if (begun.length + merges.length === 0) return null;
  return {
    begun: [...begun, ...merges].map(nameOf),
    movedAway: begun.filter(({ step }) => step === 'half').map(nameOf),
    undoUntil: new Date(services.now() + hoursKept(options) * 3_600_000).toISOString(),
    undoBytes: await undoBytes(client, [...begun, ...merges]),
    undoCollections: begun.filter(({ isKept }) => isKept).length,
  };
}

function nameOf({ database, live }: Swap): string {
  return `${database}.${live}`;
}
