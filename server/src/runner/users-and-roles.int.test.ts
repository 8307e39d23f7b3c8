import type { PolicyId } from '@holdfast/shared/ids';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openArchive } from '../archive/open-archive.ts';
import { archiveSource } from '../storage/archive-source.ts';
import { expectConsistent } from '../testing/expect-consistent.ts';
import { startHoldfast, type TestHoldfast } from '../testing/holdfast.ts';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';

let source: TestMongo;
let holdfast: TestHoldfast;
let serviceUri: string;

beforeAll(async () => {
  source = await startReplicaSet({ auth: true });
  serviceUri = await source.addUser('service', ['backup', 'restore']);
  const shop = source.client.db('shop');
  await shop.collection('items').insertMany([{ n: 1 }, { n: 2 }]);
  await shop.command({ createRole: 'clerk', roles: ['read'], privileges: [] });
  await shop.command({ createUser: 'anna', pwd: 'annas-password', roles: ['clerk'] });
  holdfast = await startHoldfast({ mongodbUri: serviceUri });
});
afterAll(async () => {
  await holdfast.close();
  await holdfast[Symbol.asyncDispose]();
  await source.stop();
});

async function askForUsers(usersAndRoles: boolean, deploymentId = 'default') {
  const deployment = await holdfast.api.deployments.byId({ id: deploymentId });
  const policies = await holdfast.api.policies.list();
  const policy = policies.find((one) => one.deploymentId === deployment.id);
  if (policy === undefined) throw new Error('the deployment has no policy');
  await holdfast.api.policies.set({ ...policy, id: policy.id as PolicyId, usersAndRoles });
}

async function backedUp(deploymentId = 'default') {
  const { id } = await holdfast.api.backups.request({ deploymentId });
  const backup = await holdfast.backupEnd(id);
  expect(backup.error).toBeNull();
  return backup;
}

async function namesIn(filePath: string | null): Promise<string[]> {
  const archive = await openArchive(await archiveSource(holdfast.services.destinations.main, filePath ?? ''));
  return archive.manifest.namespaces.map(({ database, collection }) => `${database}.${collection}`).sort();
}

describe('a backup', () => {
  it('has no users and roles unless its policy asks for them', async () => {
    await askForUsers(false);
    const backup = await backedUp();
    expect(await namesIn(backup.filePath)).toStrictEqual(['shop.items']);
    expect(backup.usersAndRoles).toBeUndefined();
  });

  it('has those of the whole deployment when it does, and nobody browses them', async () => {
    await askForUsers(true);
    const backup = await backedUp();
    const names = ['admin.system.roles', 'admin.system.users', 'admin.system.version', 'shop.items'];
    expect(await namesIn(backup.filePath)).toStrictEqual(names);
    expect(backup).toMatchObject({ usersAndRoles: { users: 3, roles: 1 }, documents: 2, collections: 1 });
    const listed = await holdfast.api.backups.collections({ id: backup.id });
    expect(listed.items.map(({ collection }) => collection)).toStrictEqual(['items']);
    const asked = holdfast.api.backups.documents({ id: backup.id, namespace: 'admin.system.users' });
    await expect(asked).rejects.toMatchObject({ cause: { code: 'COLLECTION_NOT_FOUND' } });
    await expectConsistent(holdfast.services, [source.client]);
  });

  it("has those of its one database, and not another's", async () => {
    const uri = serviceUri.replace('/?', '/shop?');
    const deployment = await holdfast.api.deployments.register({ name: 'one', uri });
    await askForUsers(true, deployment.id);
    const backup = await backedUp('one');
    const names = ['shop.$admin.system.roles', 'shop.$admin.system.users', 'shop.$admin.system.version', 'shop.items'];
    expect(await namesIn(backup.filePath)).toStrictEqual(names);
    expect(backup).toMatchObject({ usersAndRoles: { users: 1, roles: 1 }, documents: 2, collections: 1 });
    const asked = holdfast.api.backups.documents({ id: backup.id, namespace: 'shop.$admin.system.users' });
    await expect(asked).rejects.toMatchObject({ cause: { code: 'COLLECTION_NOT_FOUND' } });
    await expectConsistent(holdfast.services, [source.client]);
  });
});
