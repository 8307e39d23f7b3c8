// What taking a restore back does to each namespace: read off that restore's journal and the names that exist. Pure.
import type { EventData } from '@holdfast/shared/events';
import type { RestoreId } from '@holdfast/shared/ids';
import type { RestoreState } from './restore.ts';
import { undoName } from './restore-names.ts';

type Staged = EventData<'RestoreStaged'>;

/** The journal of the undo itself, which can be taken back in the same way. */
export interface UndoJournal {
  /** What was kept takes the place of what is live; without a shadow nothing had been there. */
  readonly swaps: Staged['swaps'];
  /** The same where something is live that cannot be renamed away. */
  readonly rewrites: NonNullable<Staged['rewrites']>;
  /** Documents that a merge had inserted go. */
  readonly unmerges: NonNullable<Staged['unmerges']>;
  /** Documents that an undo of a merge had taken out come back. */
  readonly merges: NonNullable<Staged['merges']>;
}

type Journal = Pick<RestoreState, 'swaps' | 'merges' | 'unmerges'>;

/** Whether a collection exists in a database. */
export type Exists = (database: string, collection: string) => boolean;

/** What is under a name now; undefined where nothing is. */
export type LiveAt = (
  database: string,
  collection: string,
) => { readonly type: 'collection' | 'view' | 'timeseries'; readonly uuid: string | null } | undefined;

/** `undoId` is the new operation's; it keeps what it replaces under names of its own, numbered from `firstName` on. */
export function undoJournal(
  first: Journal,
  undoId: RestoreId,
  { liveAt, firstName = 0 }: { readonly liveAt: LiveAt; readonly firstName?: number },
): UndoJournal {
  let index = firstName;
  const keep = () => undoName(undoId, index++);
  const journal = { swaps: [] as Staged['swaps'], rewrites: [] as NonNullable<Staged['rewrites']> };
  for (const { database, live, shadow, undo } of first.swaps) {
    const isKept = undo !== undefined && liveAt(database, undo) !== undefined;
    // It was to be moved away, and was not there any more.
    if (shadow === null && !isKept) continue;
    const there = liveAt(database, live);
    const isPlain = there === undefined || there.type === 'collection';
    if (isPlain) journal.swaps.push({ database, live, shadow: isKept ? undo : null, undo: keep() });
    else if (isKept) journal.rewrites.push({ database, live, shadow: undo, type: 'collection', ...replacing(there) });
  }
  const unmerges = first.merges.map(({ database, live, undo }) => ({ database, live, journal: undo, undo: keep() }));
  const merges = first.unmerges.flatMap(({ database, live, undo }) =>
    undo === null ? [] : [{ database, live, shadow: undo, undo: keep() }],
  );
  return { ...journal, unmerges, merges };
}

function replacing({ uuid }: { readonly uuid: string | null }): { replaces?: string } {
  return uuid === null ? {} : { replaces: uuid };
}

/**
 * A restore with the names under which is kept now what it replaced: an undo that was given up and then taken back itself has moved some
 * of it on. `later`: in their order.
 */
export function asKeptNow(first: RestoreState, later: readonly RestoreState[]): RestoreState {
  const swaps = first.swaps.map((swap) => {
    let kept: string | undefined = swap.undo;
    for (const moved of later.flatMap((one) => one.swaps.filter((other) => isSamePlace(other, swap)))) {
      // It was live, and is kept in its turn; or it becomes live.
      if (kept === undefined) kept = moved.undo;
      else if (moved.shadow === kept) kept = undefined;
    }
    return { ...swap, undo: kept ?? swap.undo };
  });
  return { ...first, swaps };
}

function isSamePlace(a: Journal['swaps'][number], b: Journal['swaps'][number]): boolean {
  return a.database === b.database && a.live === b.live;
}

/** How many of the collections that a restore replaced are still kept. */
export function countKept({ swaps }: Pick<Journal, 'swaps'>, exists: Exists): number {
  return swaps.filter(({ database, undo }) => undo !== undefined && exists(database, undo)).length;
}

/** Every namespace that a restore changed, as `database.collection`. */
export function changedNamespaces(state: Journal & Pick<RestoreState, 'rewrites'>): string[] {
  const all = [...state.swaps, ...state.rewrites, ...state.merges, ...state.unmerges];
  return [...new Set(all.map(({ database, live }) => `${database}.${live}`))];
}

/** As the namespaces that it changed, and users and roles as one more: the safety backup holds how they all were. */
function changedBy(state: RestoreState): string[] {
  const { options, safetyBackupId } = state;
  const hasAccess = options.usersAndRoles && safetyBackupId !== null;
  return [...changedNamespaces(state), ...(hasAccess ? [usersAndRoles] : [])];
}

/** Without a dot, and so no namespace. */
const usersAndRoles = 'users and roles';

/**
 * The restore that has to be taken back before `first` can be: the newest of `later` (in their order) that changed the same
 * namespaces, or users and roles like this one, and still holds. One that was taken back since does not, and neither does what took it back; taken back in turn it does.
 */
export function restoreInTheWay(first: RestoreState, later: readonly RestoreState[]): RestoreState | undefined {
  const names = new Set(changedBy(first));
  const touching = later.filter((one) => changedBy(one).some((name) => names.has(name)));
  const byId = new Map(touching.map((one) => [one.restoreId, one]));
  const chains = new Map<RestoreId, number>();
  const rootOf = (one: RestoreState): RestoreId => {
    if (one.undoOf === null) return one.restoreId;
    const before = byId.get(one.undoOf);
    return before === undefined ? one.undoOf : rootOf(before);
  };
  for (const one of touching) chains.set(rootOf(one), (chains.get(rootOf(one)) ?? 0) + 1);
  return touching.findLast((one) => (chains.get(rootOf(one)) ?? 0) % 2 === 1);
}
