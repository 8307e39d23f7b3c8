// What the ledger says of one operation, from its events alone; and whether that is true.
import { deepStrictEqual, match, notStrictEqual, ok, strictEqual } from 'node:assert/strict';
import type { LedgerEvent } from '@holdfast/shared/events';
import type { Ledger } from '../../ledger/ledger.ts';
import type { FaultCase } from './fault-cases.ts';
import type { Scene } from './fault-stage.ts';
import { differencesOf, isShop, shop, shopDocuments } from './source-data.ts';

export const copySuffix = '_copy';

/** An operation as it was asked for. */
export interface Asked {
  readonly id: string;
  readonly kind: 'backup' | 'copy' | 'in-place';
}

export interface Outcome {
  readonly status: 'completed' | 'failed' | 'cancelled';
  /** Why it failed. */
  readonly reason: string | null;
}

/** What only a running operation appends. */
const ofRunning = /(?:Started|Sealed|Staged|Swapped|CancelRequested|TakenOver)$/;
const ends = /^(?:Backup|Restore)(?:Completed|Failed|Cancelled)$/;

/** Every event of the operation, in order. */
export function eventsOf(ledger: Ledger, operationId: string): Promise<LedgerEvent[]> {
  return ledger.read({ filter: { correlationId: operationId }, order: 'oldest-first', limit: 1_000 });
}

/** Requested once, claimed at most once, ended exactly once and last. */
export function outcomeOf(events: readonly LedgerEvent[]): Outcome {
  const types = events.map(({ type }) => type);
  match(types[0] ?? '', /Requested$/, `the operation begins with ${types.join(', ')}`);
  strictEqual(types.filter((type) => /^(?:Backup|Restore)Requested$/.test(type)).length, 1, 'requested more than once');
  ok(
    types.filter((type) => /^(?:Backup|Restore)Started$/.test(type)).length <= 1,
    `claimed more than once: ${types.join(', ')}`,
  );
  strictEqual(types.filter((type) => ends.test(type)).length, 1, `not ended exactly once: ${types.join(', ')}`);
  const at = types.findIndex((type) => ends.test(type));
  const end = events[at] as LedgerEvent;
  ok(!types.slice(at + 1).some((type) => ofRunning.test(type)), `went on after its end: ${types.join(', ')}`);
  const status = end.type.endsWith('Completed') ? 'completed' : end.type.endsWith('Failed') ? 'failed' : 'cancelled';
  return { status, reason: 'reason' in end.data ? end.data.reason : null };
}

/** Holds the outcome against what is really there. Archives are the consistency check's part. */
export async function requireTrue(scene: Scene, asked: Asked, outcome: Outcome, one: FaultCase | null): Promise<void> {
  const { source, ledger } = scene;
  notStrictEqual(outcome.reason, 'internal', 'a fault was taken for a defect');
  if (asked.kind === 'copy') await requireCopy(scene, outcome);
  if (asked.kind === 'in-place') await requireInPlace(scene, asked, outcome);
  if (asked.kind === 'backup' && outcome.status === 'completed') {
    const completed = (await eventsOf(ledger, asked.id)).find(({ type }) => type === 'BackupCompleted');
    strictEqual(completed?.data && 'documents' in completed.data && completed.data.documents, shopDocuments);
  }
  if (asked.kind !== 'in-place') ok(await isShop(source, 'as-backed-up'), 'the source itself has changed');
  if (one?.fault === 'tool-killed') deepStrictEqual(outcome, { status: 'failed', reason: 'tool-killed' });
}

/**
 * A completed copy equals the source; of any other not a trace is left, but where the user may not drop databases the collection of
 * its views, which is empty.
 */
async function requireCopy({ source, mayDropDatabases }: Scene, { status }: Outcome): Promise<void> {
  const copy = `${shop}${copySuffix}`;
  if (status === 'completed') {
    deepStrictEqual(await differencesOf(source, shop, copy), [], 'the copy differs from the source');
    return;
  }
  const left = await source.client.db(copy).listCollections({}, { nameOnly: true }).toArray();
  const allowed = mayDropDatabases ? [] : ['system.views'];
  const names = left.map(({ name }) => name).filter((name) => !allowed.includes(name));
  deepStrictEqual(names, [], `a restore that ${status} left its copy`);
}

/** Live data is what the event says: all of the backup, or all as it was; a restore that fails has changed nothing. */
async function requireInPlace({ source, ledger }: Scene, { id }: Asked, { status }: Outcome): Promise<void> {
  const end = (await eventsOf(ledger, id)).find(({ type }) => ends.test(type));
  const liveData = end && 'liveData' in end.data ? end.data.liveData : 'untouched';
  strictEqual(liveData, status === 'completed' ? 'replaced' : 'untouched');
  const is = liveData === 'untouched' ? 'changed' : 'as-backed-up';
  ok(await isShop(source, is), `live data is said to be ${liveData}, but is not ${is}`);
}
