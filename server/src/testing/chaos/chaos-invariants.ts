// What must be true after everything that a randomised run did, read out of the ledger and held against what is there.
import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import type { LedgerEvent } from '@holdfast/shared/events';
import { requireConsistent } from '../consistent-outside.ts';
import type { Scene } from '../faults/fault-stage.ts';
import { outcomeOf } from '../faults/operation-outcome.ts';
import { outsideOf } from '../faults/run-fault-case.ts';
import { differencesOf } from '../faults/source-data.ts';

/** How the operations ended, by kind and outcome: `backup completed`, `restore failed (tool-killed)`. */
export type Tally = Readonly<Record<string, number>>;

/**
 * When nothing runs: every accepted operation ended exactly once, no two had one deployment at a time, whatever completed is really
 * there, and nothing else is. Copies are removed. Throws an AssertionError.
 */
export async function requireInvariants(scene: Scene, accepted: ReadonlySet<string>): Promise<Tally> {
  const events = await allEvents(scene);
  requireOneAtATime(events);
  requireWholeOrNothing(events);
  const operations = byOperation(events);
  for (const id of accepted) ok(operations.has(id), `${id} was accepted, but the ledger does not know it`);
  const tally: Record<string, number> = {};
  const copies = new Map<string, string>();
  for (const [, own] of operations) {
    const { status, reason } = outcomeOf(own);
    const kind = own[0]?.type === 'BackupRequested' ? 'backup' : 'restore';
    const name = `${kind} ${status}${reason ? ` (${reason})` : ''}`;
    tally[name] = (tally[name] ?? 0) + 1;
    if (kind === 'restore' && status === 'completed') for (const [copy, of] of copiesOf(own)) copies.set(copy, of);
  }
  await requireCopies(scene, copies);
  await requireConsistent(outsideOf(scene));
  return tally;
}

async function allEvents({ ledger }: Scene): Promise<LedgerEvent[]> {
  const all: LedgerEvent[] = [];
  for (;;) {
    const page = await ledger.read({ after: all.at(-1)?.position ?? 0, order: 'oldest-first', limit: 1_000 });
    all.push(...page);
    if (page.length < 1_000) return all;
  }
}

/** Once anything live was changed a restore completes, whatever happens to who runs it. */
function requireWholeOrNothing(events: readonly LedgerEvent[]): void {
  for (const { type, data } of events) {
    if (type === 'RestoreFailed' && 'liveData' in data)
      strictEqual(data.liveData, 'untouched', `${data.restoreId} failed`);
  }
}

const requested = /^(?:Backup|Restore)Requested$/;
const ended = /^(?:Backup|Restore)(?:Completed|Failed|Cancelled)$/;

function requireOneAtATime(events: readonly LedgerEvent[]): void {
  const holders = new Map<string, string>();
  for (const { type, data, position } of events) {
    if (!('deploymentId' in data)) continue;
    const id = operationOf(data);
    if (requested.test(type)) {
      const holder = holders.get(data.deploymentId);
      ok(holder === undefined, `${id} was requested at ${position} while ${holder} had the deployment`);
      holders.set(data.deploymentId, id ?? '');
    }
    if (ended.test(type)) {
      deepStrictEqual(holders.get(data.deploymentId), id, `${id} ended at ${position} without having the deployment`);
      holders.delete(data.deploymentId);
    }
  }
}

function operationOf(data: LedgerEvent['data']): string | undefined {
  if ('restoreId' in data) return data.restoreId;
  return 'backupId' in data ? data.backupId : undefined;
}

function byOperation(events: readonly LedgerEvent[]): Map<string, LedgerEvent[]> {
  const found = new Map<string, LedgerEvent[]>();
  for (const event of events) if (requested.test(event.type)) found.set(event.correlationId, []);
  for (const event of events) found.get(event.correlationId)?.push(event);
  return found;
}

/** Copy and original of each database of a completed restore. */
function copiesOf(events: readonly LedgerEvent[]): [string, string][] {
  const target = events.flatMap(({ type, data }) =>
    type === 'RestoreRequested' && 'target' in data ? [data.target] : [],
  )[0];
  const suffix = target?.kind === 'copy' ? (target.suffix ?? '') : '';
  const databases = events.flatMap(({ data }) => ('databases' in data ? data.databases : []));
  return databases.map((copy) => [copy, copy.slice(0, -suffix.length)]);
}

/** Databases that were removed after an earlier look are not looked at again. */
const seen = new WeakMap<Scene, Set<string>>();

async function requireCopies(scene: Scene, copies: ReadonlyMap<string, string>): Promise<void> {
  const before = seen.get(scene) ?? new Set<string>();
  seen.set(scene, before);
  const { client } = scene.source;
  const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
  const found = databases.map(({ name }) => name).filter((name) => name.includes('_copy_'));
  const expected = [...copies.keys()].filter((copy) => !before.has(copy));
  deepStrictEqual(found.sort(), expected.sort(), 'copies on the server are not those of completed restores');
  for (const copy of expected) {
    deepStrictEqual(
      await differencesOf(scene.source, copies.get(copy) ?? '', copy),
      [],
      `${copy} differs from its source`,
    );
    await client.db(copy).dropDatabase();
    before.add(copy);
  }
}
