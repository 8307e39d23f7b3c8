// What a policy says of impact reaches the tool, the members of the set, and the stream to the destination.
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GivenPolicySettings, givenPolicySettings } from '@holdfast/shared/policy';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectConsistent } from '../testing/expect-consistent.ts';
import { startHoldfast, type TestHoldfast } from '../testing/holdfast.ts';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { testTools } from '../testing/tools.ts';

let source: TestMongo;
let folder: string;
let holdfast: TestHoldfast;

beforeAll(async () => {
  [source, folder] = await Promise.all([startReplicaSet({ members: 3 }), mkdtemp(join(tmpdir(), 'holdfast-impact-'))]);
  const documents = Array.from({ length: 3_000 }, (_, n) => ({ _id: n as never, noise: randomBytes(1_000) }));
  await source.client
    .db('shop')
    .collection('a')
    .insertMany(documents, { writeConcern: { w: 3 } });
  holdfast = await startHoldfast({
    mongodbUri: source.uri.replace('/?', '/shop?'),
    config: { toolPaths: { ...(await testTools()), mongodump: await notingMongodump() } },
  });
});
afterAll(async () => {
  await holdfast[Symbol.asyncDispose]();
  await Promise.all([source.stop(), rm(folder, { recursive: true, force: true })]);
});

/** The real tool, behind a script that notes how it was called. */
async function notingMongodump(): Promise<string> {
  const script = join(folder, 'mongodump');
  const { mongodump } = await testTools();
  await writeFile(script, `#!/bin/sh\nprintf '%s\\n' "$@" > '${folder}/arguments'\nexec '${mongodump}' "$@"\n`);
  await chmod(script, 0o755);
  return script;
}

async function backUpWith(change: Partial<GivenPolicySettings>) {
  const [policy] = await holdfast.api.policies.list();
  await holdfast.api.policies.set({ ...givenPolicySettings.parse(policy), ...change, id: policy?.id as never });
  const { id } = await holdfast.api.backups.request({ deploymentId: 'default' });
  const backup = await holdfast.backupEnd(id);
  expect([backup.status, backup.error, backup.documents]).toStrictEqual(['completed', null, 3_000]);
  const said = await readFile(join(folder, 'arguments'), 'utf8');
  return { backup, said: said.split('\n').filter((line) => /Parallel|readPreference/.test(line)) };
}

/** How often the collection was read on each member; the primary's number first. */
async function readsByMember(): Promise<number[]> {
  const { hosts, primary } = await source.client.db('admin').command({ hello: 1 });
  const members: string[] = [primary, ...hosts.filter((host: string) => host !== primary)];
  return Promise.all(
    members.map(async (host) => {
      await using client = new MongoClient(`mongodb://${host}/?directConnection=true`);
      const { totals } = await client.db('admin').command({ top: 1 });
      return totals['shop.a']?.queries.count ?? 0;
    }),
  );
}

it('is what the tool does by itself until it is set', async () => {
  expect((await backUpWith({})).said).toStrictEqual(['--numParallelCollections=4']);
});

it('reads from a secondary, so many collections at once', async () => {
  const before = await readsByMember();
  const { said } = await backUpWith({ readPreference: 'secondary', parallelCollections: 1 });
  expect(said).toStrictEqual(['--numParallelCollections=1', '--readPreference=secondary']);
  const [ofPrimary = 0, ...ofSecondaries] = (await readsByMember()).map((count, at) => count - (before[at] ?? 0));
  expect([ofPrimary, Math.max(...ofSecondaries) > 0]).toStrictEqual([0, true]);
  await backUpWith({ readPreference: null, parallelCollections: 4 });
});

it('sends no faster than the limit', async () => {
  const { backup } = await backUpWith({ bandwidthLimitBytesPerSecond: 1_000_000 });
  expect(backup.sizeBytes).toBeGreaterThan(3_000_000);
  // What goes at once, and rounding, are the rest.
  expect(backup.durationMs).toBeGreaterThan(2_600);
  await backUpWith({ bandwidthLimitBytesPerSecond: null });
  await expectConsistent(holdfast.services, [source.client]);
});
