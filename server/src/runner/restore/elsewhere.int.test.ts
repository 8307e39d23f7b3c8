// Restores to where the backup did not come from: other names, another deployment, parts of it.
import { randomBytes } from 'node:crypto';
import { type DisposableTempDir, mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backup } from '@holdfast/shared/backup';
import type { DeploymentId } from '@holdfast/shared/ids';
import type { Restore, RestoreOptions, RestoreTarget } from '@holdfast/shared/restore';
import type { MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { compareWithRecord, type DatabaseRecord, recordDatabase } from '../../sample/compare-databases.ts';
import { loadSample } from '../../sample/load-sample.ts';
import { expectConsistent } from '../../testing/expect-consistent.ts';
import { startHoldfast, type TestHoldfast } from '../../testing/holdfast.ts';
import { startReplicaSet, type TestMongo } from '../../testing/mongo.ts';

let source: TestMongo;
let other: TestMongo;
let ledger: TestMongo;
let holdfast: TestHoldfast;
let spool: DisposableTempDir;
let shop: DatabaseRecord;
let crm: DatabaseRecord;
let backup: Backup;
/** Of the deployment `staging`, which is the server `other`. */
let staging: DeploymentId;

beforeAll(async () => {
  [source, other, ledger] = await Promise.all([startReplicaSet(), startReplicaSet(), startReplicaSet()]);
  spool = await mkdtempDisposable(join(tmpdir(), 'holdfast-record-'));
  await loadSample(source.client, 'shop', { scale: 0.02 });
  await source.client
    .db('crm')
    .collection('people')
    .insertMany([{ name: 'Ada' }, { name: 'Grace' }]);
  shop = await recordDatabase(source.client, 'shop', { spoolDirectory: join(spool.path, 'shop') });
  crm = await recordDatabase(source.client, 'crm', { spoolDirectory: join(spool.path, 'crm') });
  holdfast = await startHoldfast({ ledgerUri: ledger.uri, mongodbUri: source.uri });
  staging = (await holdfast.api.deployments.register({ name: 'staging', uri: other.uri })).id;
  backup = await backedUp();
});
afterAll(async () => {
  await holdfast[Symbol.asyncDispose]();
  await Promise.all([source.stop(), other.stop(), ledger.stop(), spool.remove()]);
});
beforeEach(async () => {
  for (const client of [source.client, other.client]) {
    for (const name of await databasesOf(client))
      if (client === other.client || !['shop', 'crm'].includes(name)) await client.db(name).dropDatabase();
  }
});

async function backedUp(): Promise<Backup> {
  const { id } = await holdfast.api.backups.request({ deploymentId: 'default' });
  const made = await holdfast.backupEnd(id);
  expect(made.error).toBeNull();
  return made;
}

async function databasesOf(client: MongoClient): Promise<string[]> {
  const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
  return databases.map(({ name }) => name).filter((name) => !['admin', 'config', 'local'].includes(name));
}

async function restored(
  target: RestoreTarget,
  { of = backup, ...options }: Partial<RestoreOptions> & { of?: Backup } = {},
): Promise<Restore> {
  const plan = await holdfast.api.restores.plan({ backupId: of.id, target, ...options });
  const phrase = plan.phrase === null ? {} : { phrase: plan.phrase };
  const { id } = await holdfast.api.restores.confirm({ planId: plan.id, ...phrase });
  const restore = await holdfast.restoreEnd(id);
  expect(restore.error).toBeNull();
  return restore;
}

const differences = async (client: MongoClient, database: string, record: DatabaseRecord) =>
  (await compareWithRecord(client, database, record)).differences;

describe('into a copy', () => {
  it('under a prefix and a suffix equals the source, views and time-series too', async () => {
    const restore = await restored({ kind: 'copy', prefix: 'old_', suffix: '_2026' });
    expect(restore.source).toBeNull();
    expect(restore.databases.toSorted()).toStrictEqual(['old_crm_2026', 'old_shop_2026']);
    expect(await differences(source.client, 'old_shop_2026', shop)).toStrictEqual([]);
    expect(await differences(source.client, 'old_crm_2026', crm)).toStrictEqual([]);
    expect(await differences(source.client, 'shop', shop)).toStrictEqual([]);
  });

  it('of chosen namespaces holds those and nothing else', async () => {
    const namespaces = ['crm', 'shop.orders', 'shop.openOrders', 'shop.archive.2024.orders'];
    const restore = await restored({ kind: 'copy', suffix: '_part' }, { namespaces });
    expect(restore).toMatchObject({ collections: 4, options: { namespaces } });
    expect(await differences(source.client, 'crm_part', crm)).toStrictEqual([]);
    const found = await differences(source.client, 'shop_part', shop);
    expect(new Set(found.map(({ kind }) => kind))).toStrictEqual(new Set(['collection-missing']));
    expect(found).toHaveLength(shop.collections.size - 3);
  });

  it('of chosen namespaces reads their parts of the archive alone', async () => {
    const noise = Array.from({ length: 80 }, () => ({ bytes: randomBytes(100_000) }));
    await source.client.db('bulk').collection('noise').insertMany(noise);
    const large = await backedUp();
    await source.client.db('bulk').dropDatabase();
    const reads = vi.spyOn(holdfast.services.destinations.main, 'read');
    await restored({ kind: 'copy', suffix: '_part' }, { of: large, namespaces: ['crm', 'shop.stock'] });
    const bytes = reads.mock.calls.reduce((sum, [, range]) => sum + (range?.end ?? 1e9) - (range?.start ?? 0), 0);
    reads.mockRestore();
    expect(large.sizeBytes).toBeGreaterThan(8_000_000);
    expect(bytes).toBeLessThan(3_000_000);
    expect(await differences(source.client, 'crm_part', crm)).toStrictEqual([]);
  });
});

describe('into another deployment', () => {
  it('as a copy leaves the backup’s own alone, and is recorded with both', async () => {
    const restore = await restored({ kind: 'copy', suffix: '_copy', deploymentId: staging });
    expect(restore).toMatchObject({
      ...{ deploymentId: staging, deploymentName: 'staging', liveData: 'untouched' },
      source: { deploymentId: backup.deploymentId, deploymentName: 'default' },
    });
    expect(await differences(other.client, 'shop_copy', shop)).toStrictEqual([]);
    expect(await databasesOf(source.client)).toStrictEqual(['crm', 'shop']);
    expect((await holdfast.api.restores.list({ deploymentId: 'staging' })).items[0]?.id).toBe(restore.id);
  });

  it('under the original names asks for that deployment’s name, and holds its lock alone', async () => {
    const target = { kind: 'original', deploymentId: staging } as const;
    await other.client.db('shop').collection('orders').insertOne({ other: true });
    await other.client.db('own').collection('kept').insertOne({ n: 1 });
    const plan = await holdfast.api.restores.plan({ backupId: backup.id, target, namespaces: ['shop'] });
    expect(plan).toMatchObject({ phrase: 'staging', deploymentName: 'staging', source: { deploymentName: 'default' } });
    await expect(holdfast.api.restores.confirm({ planId: plan.id, phrase: 'shop' })).rejects.toThrow();
    const { id } = await holdfast.api.restores.confirm({ planId: plan.id, phrase: 'staging' });
    expect((await holdfast.api.deployments.byId({ id: 'default' })).status).toBe('idle');
    expect(await holdfast.restoreEnd(id)).toMatchObject({ error: null, databases: ['shop'], liveData: 'replaced' });
    expect(await differences(other.client, 'shop', shop)).toStrictEqual([]);
    expect(await databasesOf(other.client)).toStrictEqual(['own', 'shop']);
    expect(await differences(source.client, 'shop', shop)).toStrictEqual([]);
  });

  it('never touches the ledger of that one, whatever the backup holds', async () => {
    const ledgerSet = await holdfast.api.deployments.register({ name: 'ledger-set', uri: ledger.uri });
    await source.client.db('holdfast').collection('ledger_events').insertOne({ forged: true });
    const { id: backupId } = await backedUp();
    const target = { kind: 'original', deploymentId: ledgerSet.id } as const;
    const plan = await holdfast.api.restores.plan({ backupId, target });
    expect(plan.namespaces.filter(({ target: name }) => name.startsWith('holdfast.'))).toStrictEqual([]);
    const { id: restoreId } = await holdfast.api.restores.confirm({ planId: plan.id, phrase: 'ledger-set' });
    expect((await holdfast.restoreEnd(restoreId)).error).toBeNull();
    const chosen = holdfast.api.restores.plan({ backupId, target, namespaces: ['holdfast'] });
    await expect(chosen).rejects.toMatchObject({ cause: { code: 'NAMESPACE_PROTECTED' } });
    expect(await differences(ledger.client, 'shop', shop)).toStrictEqual([]);
    expect((await holdfast.services.ledger.verify()).differsAt).toBeNull();
    for (const name of ['shop', 'crm']) await ledger.client.db(name).dropDatabase();
    await holdfast.api.deployments.remove({ id: ledgerSet.id });
  });
});

describe('what cannot be is refused, with nothing changed', () => {
  it.each([
    ['a name that the backup does not hold', { namespaces: ['shop', 'shop.ordres'] }, 'COLLECTION_NOT_FOUND'],
    ['to merge into a copy', { mode: 'merge' }, 'RESTORE_OPTIONS_INVALID'],
    [
      'a deployment that is not there',
      { deploymentId: '01970000-0000-7000-8000-000000000000' },
      'DEPLOYMENT_NOT_FOUND',
    ],
    ['names that are too long', { prefix: 'x'.repeat(32), suffix: 'y'.repeat(32) }, 'TARGET_NAME_INVALID'],
  ] as const)('%s', async (_, change, code) => {
    const { prefix, suffix, deploymentId, ...options } = { ...{ prefix: undefined, suffix: undefined }, ...change } as {
      prefix?: string;
      suffix?: string;
      deploymentId?: DeploymentId;
    } & Partial<RestoreOptions>;
    const target: RestoreTarget = { kind: 'copy', prefix, suffix, deploymentId };
    const asked = holdfast.api.restores.plan({ backupId: backup.id, target, ...options });
    await expect(asked).rejects.toMatchObject({ cause: { code } });
  });
});

it('reaches another deployment when the backup’s own is gone, and was removed', async () => {
  await expectConsistent(holdfast.services, [source.client, other.client]);
  await source.stop();
  await holdfast.api.deployments.remove({ id: 'default' });
  const asked = holdfast.api.restores.plan({ backupId: backup.id });
  await expect(asked).rejects.toMatchObject({ cause: { code: 'DEPLOYMENT_NOT_FOUND' } });
  const restore = await restored({ kind: 'original', deploymentId: staging });
  expect(restore.source?.deploymentName).toBe('default');
  expect(await differences(other.client, 'shop', shop)).toStrictEqual([]);
  await expectConsistent(holdfast.services, [other.client]);
});
