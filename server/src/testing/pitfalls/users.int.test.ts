// What a whole `mongorestore --drop` does to the service's own user and to a ledger that lies in the same deployment. The plain
// command comes last here: after it there is no service left to restore anything.
import { execFile } from 'node:child_process';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Backup } from '@holdfast/shared/backup';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startHoldfast, type TestHoldfast } from '../holdfast.ts';
import { startReplicaSet, type TestMongo } from '../mongo.ts';
import { testTools } from '../tools.ts';

const run = promisify(execFile);

let mongo: TestMongo;
let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
let holdfast: TestHoldfast;
let backup: Backup;
let archive: string;

/** Backup and dump know neither the user that the service has now nor what its ledger has recorded since. */
beforeAll(async () => {
  mongo = await startReplicaSet({ auth: true });
  folder = await mkdtempDisposable(join(tmpdir(), 'holdfast-pitfalls-users-'));
  archive = `--archive=${join(folder.path, 'all.archive')}`;
  await mongo.client.db('shop').collection('orders').insertOne({ n: 1 });
  await mongo.client.db('shop').command({ createUser: 'anna', pwd: 'annas-password', roles: ['read'] });
  const mongodbUri = await mongo.addUser('first', ['backup', 'restore']);
  holdfast = await startHoldfast({ ledgerUri: mongo.uri, mongodbUri });
  const [policy] = await holdfast.api.policies.list();
  if (policy !== undefined) await holdfast.api.policies.set({ ...policy, usersAndRoles: true });
  const { id } = await holdfast.api.backups.request({ deploymentId: 'default' });
  backup = await holdfast.backupEnd(id);
  await run((await testTools()).mongodump, [`--uri=${mongo.uri}`, archive]);
  const uri = await mongo.addUser('service', ['backup', 'restore']);
  await holdfast.api.deployments.update({ id: 'default', uri });
  await mongo.client.db('shop').command({ dropUser: 'anna' });
});
afterAll(async () => {
  await holdfast?.[Symbol.asyncDispose]();
  await folder?.remove();
  await mongo?.stop();
});

const users = async () => (await mongo.client.db('admin').collection('system.users').distinct('user')).sort();
const events = () => mongo.client.db('holdfast').collection('ledger_events').countDocuments();

it('keeps its own user and its ledger, whatever the backup holds, also in the mode exact', async () => {
  const before = await events();
  const options = { mode: 'exact', usersAndRoles: true } as const;
  const plan = await holdfast.api.restores.plan({ backupId: backup.id, target: { kind: 'original' }, ...options });
  expect(plan.users).toMatchObject({ added: ['shop.anna'], notInBackup: [] });
  const { id } = await holdfast.api.restores.confirm({ planId: plan.id, ...(plan.phrase && { phrase: plan.phrase }) });
  expect(await holdfast.restoreEnd(id)).toMatchObject({ status: 'completed', error: null });
  expect(await users()).toStrictEqual(['anna', 'first', 'root', 'service']);
  expect(await events()).toBeGreaterThan(before);
  expect((await holdfast.services.ledger.verify()).differsAt).toBeNull();
  const next = await holdfast.api.backups.request({ deploymentId: 'default' });
  expect((await holdfast.backupEnd(next.id)).error).toBeNull();
});

it('loses both with mongorestore, with exit 0', async () => {
  await holdfast.close();
  const before = await events();
  await run((await testTools()).mongorestore, [`--uri=${mongo.uri}`, archive, '--drop']);
  expect(await users()).toStrictEqual(['anna', 'first', 'root']);
  expect(await events()).toBeLessThan(before);
});
