import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RestoreTarget } from '@holdfast/shared/restore';
import type { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareWithRecord, type DatabaseRecord, recordDatabase } from '../../sample/compare-databases.ts';
import { createEveryKind } from '../../testing/every-kind.ts';
import { expectConsistent } from '../../testing/expect-consistent.ts';
import { startHoldfast, type TestHoldfast } from '../../testing/holdfast.ts';
import { startReplicaSet, type TestMongo } from '../../testing/mongo.ts';

let source: TestMongo;
let elsewhere: TestMongo;
let ledger: TestMongo;
let holdfast: TestHoldfast;
let spool: Awaited<ReturnType<typeof mkdtempDisposable>>;
let record: DatabaseRecord;
let backupId: string;

beforeAll(async () => {
  [source, elsewhere, ledger] = await Promise.all([startReplicaSet(), startReplicaSet(), startReplicaSet()]);
  for (const { client } of [source, elsewhere])
    await client.db('admin').command({ setParameter: 1, ttlMonitorEnabled: false });
  await createEveryKind(source.client, 'kinds');
  spool = await mkdtempDisposable(join(tmpdir(), 'holdfast-kinds-'));
  record = await recordDatabase(source.client, 'kinds', { spoolDirectory: spool.path });
  holdfast = await startHoldfast({ ledgerUri: ledger.uri, mongodbUri: source.uri.replace(/\/\?/, '/kinds?') });
  const { id } = await holdfast.api.backups.request({ deploymentId: 'default' });
  const backup = await holdfast.backupEnd(id);
  expect(backup.error).toBeNull();
  backupId = id;
});

afterAll(async () => {
  await holdfast?.[Symbol.asyncDispose]();
  await spool?.remove();
  await Promise.all([source, elsewhere, ledger].map((mongo) => mongo?.stop()));
});

async function restored(target: RestoreTarget, namespaces?: string[]) {
  const plan = await holdfast.api.restores.plan({
    backupId: backupId as never,
    target,
    ...(namespaces && { namespaces }),
  });
  const phrase = plan.phrase === null ? {} : { phrase: plan.phrase };
  const { id } = await holdfast.api.restores.confirm({ planId: plan.id, ...phrase });
  const restore = await holdfast.restoreEnd(id);
  expect(restore.error).toBeNull();
  expect(restore.status).toBe('completed');
}

async function expectEqual(client: MongoClient, database: string, expected: DatabaseRecord = record): Promise<void> {
  const comparison = await compareWithRecord(client, database, expected);
  expect(comparison.differences).toStrictEqual([]);
  expect(comparison.collections).toBe(expected.collections.size);
}

function chosen(names: readonly string[]): DatabaseRecord {
  return { ...record, collections: new Map([...record.collections].filter(([name]) => names.includes(name))) };
}

describe('every kind of collection, index and value', () => {
  it('comes back into a copy by raw bytes, options and indexes', async () => {
    await restored({ kind: 'copy', prefix: 'a_', suffix: '_z' });
    await expectEqual(source.client, 'a_kinds_z');
    await source.client.db('a_kinds_z').dropDatabase();
  });

  it('comes back into another deployment under its own names', async () => {
    const { id } = await holdfast.api.deployments.register({ name: 'elsewhere', uri: elsewhere.uri });
    await restored({ kind: 'original', deploymentId: id });
    await expectEqual(elsewhere.client, 'kinds');
  });

  it('comes back in place over what was altered, dropped and put into its place', async () => {
    const db = source.client.db('kinds');
    await wreck(source.client);
    await restored({ kind: 'original' });
    await expectEqual(source.client, 'kinds');
    expect(await db.collection('aViewOnAView').countDocuments()).toBe(5);
    await expectConsistent(holdfast.services, [source.client, elsewhere.client]);
  });

  it('comes back by itself when it is chosen, and nothing else does', async () => {
    const names = ['measurements', 'overMeasurements', 'text', 'large', 'größe · 寸法 · ✓'];
    await restored(
      { kind: 'copy', suffix: '_chosen' },
      names.map((name) => `kinds.${name}`),
    );
    await expectEqual(source.client, 'kinds_chosen', chosen(names));
  });
});

/** Every collection differs from the backup afterwards, some in their kind. */
async function wreck(client: MongoClient): Promise<void> {
  const db = client.db('kinds');
  for (const { name, type } of await db.listCollections({}, { nameOnly: true }).toArray()) {
    if (type === 'collection' && !name.startsWith('system.'))
      await db
        .collection(name)
        .insertOne({ wrecked: name })
        .catch(() => undefined);
  }
  await db.command({ collMod: 'validated', validator: {} });
  await db.collection('text').dropIndex('words');
  await db.collection('measurements').drop();
  await db.createCollection('measurements', { timeseries: { timeField: 'at' } });
  await db.collection('measurements').insertOne({ at: new Date(), celsius: 1 });
  await db.collection('places').drop();
  await db.createCollection('places', { viewOn: 'plain', pipeline: [] });
  await db.collection('zView').drop();
  await db.collection('zView').insertOne({ a: 'collection where a view was' });
  await db.command({ collMod: 'overMeasurements', viewOn: 'plain', pipeline: [] });
  await db.collection('joined').drop();
  await db.collection('empty').drop();
}
