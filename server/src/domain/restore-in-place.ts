// What a restore in place stages, and how each part comes to its place: the journal that everything after the proof goes by. Pure.
import type { EventData } from '@holdfast/shared/events';
import type { RestoreId } from '@holdfast/shared/ids';
import type { RestoreMode } from '@holdfast/shared/restore';
import { canBeRenamed, shadowName, undoName } from './restore-names.ts';
import { type LiveNamespace, type PlacedNamespace, type RestoreScope, wayOf } from './restore-scope.ts';

type Staged = EventData<'RestoreStaged'>;
type Rewrites = NonNullable<Staged['rewrites']>;

/** A live namespace, and what tells it from another one of the same name. */
export interface IdentifiedNamespace extends LiveNamespace {
  /** Hex; null for a view. */
  readonly uuid: string | null;
}

/** A namespace of the backup under the name that it is staged by, and its place. */
export interface StagedInPlace extends PlacedNamespace {
  readonly live: string;
}

export interface InPlaceJournal {
  readonly staged: readonly StagedInPlace[];
  readonly swaps: Staged['swaps'];
  readonly rewrites: Rewrites;
  readonly merges: NonNullable<Staged['merges']>;
}

export interface InPlaceInput {
  readonly restoreId: RestoreId;
  readonly mode: RestoreMode;
  readonly scope: Pick<RestoreScope, 'placed' | 'drops'>;
  /** All that is live in the databases concerned. */
  readonly live: readonly IdentifiedNamespace[];
}

/**
 * Collections are swapped; views, time-series, stored functions and what takes the place of another kind are rewritten. A
 * collection where something of another kind is to be is moved away by the swap, so that an undo has it.
 */
export function inPlaceJournal({ restoreId, mode, scope, live }: InPlaceInput): InPlaceJournal {
  const there = new Map(live.map((one) => [nameOf(one), one]));
  const taken = scope.placed.filter((placed) => wayOf(mode, placed, there.get(nameOf(placed))).action !== 'untouched');
  const parts = taken.map((placed, index) => partOf(restoreId, index, mode, placed, there.get(nameOf(placed))));
  const dropped = live
    .filter((one) => scope.drops(one))
    .map((one, index) => dropOf(undoName(restoreId, taken.length + index), one));
  const all = [...parts, ...dropped];
  return {
    staged: parts.map(({ staged }) => staged),
    swaps: all.flatMap(({ swaps = [] }) => swaps),
    rewrites: all.flatMap(({ rewrites = [] }) => rewrites),
    merges: parts.flatMap(({ merges = [] }) => merges),
  };
}

interface Part {
  readonly swaps?: Staged['swaps'];
  readonly rewrites?: Rewrites;
}

interface StagedPart extends Part {
  readonly staged: StagedInPlace;
  readonly merges?: InPlaceJournal['merges'];
}

function partOf(
  restoreId: RestoreId,
  index: number,
  mode: RestoreMode,
  placed: PlacedNamespace,
  there: IdentifiedNamespace | undefined,
): StagedPart {
  const { namespace, database, collection: live } = placed;
  const [shadow, undo] = [shadowName(restoreId, index), undoName(restoreId, index)];
  const staged = { namespace, database, collection: shadow, live };
  if (wayOf(mode, placed, there).method === 'insert') return { staged, merges: [{ database, live, shadow, undo }] };
  const isSwapped = there === undefined || canBeRenamed(there);
  if (canBeRenamed(namespace) && isSwapped) return { staged, swaps: [{ database, live, shadow, undo }] };
  const was = there?.type ?? ('none' as const);
  const rewrite = { database, live, shadow, type: namespace.type, was, ...replacing(there) };
  const movesAway = there !== undefined && canBeRenamed(there);
  return { staged, rewrites: [rewrite], ...(movesAway && { swaps: [{ database, live, shadow: null, undo }] }) };
}

function dropOf(undo: string, there: IdentifiedNamespace): Part {
  const { database, collection: live } = there;
  if (canBeRenamed(there)) return { swaps: [{ database, live, shadow: null, undo }] };
  return { rewrites: [{ database, live, shadow: null, type: 'none', was: there.type, ...replacing(there) }] };
}

function replacing(there: IdentifiedNamespace | undefined): { replaces?: string } {
  return there === undefined || there.uuid === null || canBeRenamed(there) ? {} : { replaces: there.uuid };
}

function nameOf({ database, collection }: { readonly database: string; readonly collection: string }): string {
  return `${database}.${collection}`;
}
