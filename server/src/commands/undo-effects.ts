// What taking a restore back does to each namespace, in numbers, and what there is to be careful of. Changes nothing.
import type { SwapMethod } from '@holdfast/shared/restore';
import type { UndoPlan } from '@holdfast/shared/restore-plan';
import type { MongoClient } from 'mongodb';
import type { RestoreState } from '../domain/restore.ts';
import { swapsAtOnce } from '../domain/swap-groups.ts';
import { collectionSizes } from '../engine/collection-sizes.ts';
import { explained } from '../engine/driver-failure.ts';
import type { Services } from '../services.ts';
import type { UndoScope } from './undo-scope.ts';
import { writesSince } from './undo-writes.ts';

export type UndoEffects = Pick<UndoPlan, 'namespaces' | 'countedBy' | 'writesSince'>;
type PlannedUndo = UndoPlan['namespaces'][number];
/** As the server estimates them; null of a view and of what is not there. */
type DocumentsIn = (database: string, collection: string) => number | null;

/** What comes back, what goes, and the writes since. Throws OperationFailure('connection-lost'). */
export async function undoEffects(
  services: Services,
  client: MongoClient,
  restore: RestoreState,
  scope: UndoScope,
): Promise<UndoEffects> {
  const { countedBy, byNamespace } = await writesSince(services, client, restore);
  const documentsIn = await documentCounts(client, restore, scope);
  const namespaces = [
    ...swappedBack(restore, scope, documentsIn, byNamespace),
    ...writtenBack(restore, scope, documentsIn),
    ...[...restore.merges, ...restore.unmerges].map((one) => inserted(one, documentsIn)),
  ];
  return { namespaces, countedBy, writesSince: totalOf(namespaces) };
}

function swappedBack(
  { swaps }: RestoreState,
  scope: UndoScope,
  documentsIn: DocumentsIn,
  writes: ReadonlyMap<string, number>,
): PlannedUndo[] {
  return swaps.flatMap(({ database, live, undo }): PlannedUndo[] => {
    const target = `${database}.${live}`;
    const isKept = undo !== undefined && scope.exists(database, undo);
    const isLive = scope.exists(database, live);
    if (!isKept && !isLive) return [];
    const action = !isKept ? 'removed' : isLive ? 'replaced' : 'brought-back';
    const documentsThen = isKept ? documentsIn(database, undo) : null;
    const documentsNow = documentsIn(database, live);
    // What is not there holds no write that could be lost.
    const writesSince = isLive ? (writes.get(target) ?? null) : 0;
    return [{ target, action, documentsNow, documentsThen, writesSince }];
  });
}

/** What something else comes back for by a rename is among the swaps. */
function writtenBack({ swaps, rewrites }: RestoreState, scope: UndoScope, documentsIn: DocumentsIn): PlannedUndo[] {
  const others = new Set([...swaps.map(nameOf), ...scope.lost]);
  return rewrites
    .filter((one) => !others.has(nameOf(one)))
    .map(({ database, live, was }) => ({
      ...inserted({ database, live }, documentsIn),
      action: was === 'none' ? 'removed' : 'replaced',
      // Nobody writes to a view.
      writesSince: scope.liveAt(database, live)?.type === 'view' ? 0 : null,
    }));
}

/** Of a merge no write is lost: what was changed since stays. */
function inserted(one: { database: string; live: string }, documentsIn: DocumentsIn): PlannedUndo {
  const documentsNow = documentsIn(one.database, one.live);
  return { target: nameOf(one), action: 'replaced', documentsNow, documentsThen: null, writesSince: 0 };
}

function nameOf({ database, live }: { readonly database: string; readonly live: string }): string {
  return `${database}.${live}`;
}

/** null once one of them cannot be told. */
function totalOf(namespaces: readonly PlannedUndo[]): number | null {
  return namespaces.reduce<number | null>(
    (total, { writesSince: writes }) => (total === null || writes === null ? null : total + writes),
    0,
  );
}

async function documentCounts(
  client: MongoClient,
  { swaps, rewrites, merges, unmerges }: RestoreState,
  scope: UndoScope,
): Promise<DocumentsIn> {
  const live = [...swaps, ...rewrites, ...merges, ...unmerges].map(({ database, live: name }) => [database, name]);
  const kept = swaps.flatMap(({ database, undo }) => (undo === undefined ? [] : [[database, undo]]));
  const stored = [...live, ...kept].flatMap(([database = '', collection = '']) => {
    const type = scope.liveAt(database, collection)?.type;
    return type === undefined || type === 'view' ? [] : [{ database, collection, type }];
  });
  const sizes = await explained(() => collectionSizes(client, stored));
  const counts = new Map(stored.map((one, index) => [`${one.database}.${one.collection}`, sizes[index]?.documents]));
  return (database, collection) => counts.get(`${database}.${collection}`) ?? null;
}

/** Those that apply, with the namespaces that each is about. */
export function undoWarnings(
  { swaps, rewrites }: RestoreState,
  { lost }: UndoScope,
  swapMethod: SwapMethod,
): UndoPlan['warnings'] {
  const candidates: UndoPlan['warnings'] = [
    {
      code: 'REPLACES_LIVE_DATA',
      message:
        'What was written to these since the restore goes with it. It is kept as long again, so that the undo can be undone.',
      namespaces: swaps.map(nameOf),
    },
    {
      code: 'NOT_ATOMIC',
      message: 'No rename brings these back: they are written again from the safety backup, last.',
      namespaces: rewrites.map(nameOf).filter((name) => !lost.includes(name)),
    },
    {
      code: 'UNDO_LIMITED',
      message: 'These cannot be brought back, as the safety backup is gone. They stay as they are now.',
      namespaces: [...lost],
    },
    {
      code: 'WRITES_MAY_BE_LOST',
      message:
        'The user may not rename all collections in one command: what is written to one of these in the milliseconds between its two renames is lost. `holdfast doctor` prints the role that avoids it.',
      namespaces: swapMethod === 'renames' ? swaps.map(nameOf) : [],
    },
    {
      code: 'CHANGE_STREAMS_END',
      message: 'Change streams on these end, and have to be opened anew.',
      namespaces: swaps.map(nameOf),
    },
  ];
  return [
    ...candidates.filter(({ namespaces }) => namespaces.length > 0),
    ...(swapMethod === 'apply-ops' ? groups(swaps) : []),
  ];
}

/** With what is live and what is kept there may be too many for one command. */
function groups({ length }: RestoreState['swaps']): UndoPlan['warnings'] {
  if (length <= swapsAtOnce(2 * length)) return [];
  const message =
    'These are too many to be renamed in one command: they are swapped back in groups, one after the other.';
  return [{ code: 'SWAPPED_IN_GROUPS', message, namespaces: [] }];
}
