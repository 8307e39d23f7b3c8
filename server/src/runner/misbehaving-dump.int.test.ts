// A mongodump that loses something, whatever its exit code says: the backup fails, and nothing of it is left.
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openArchive } from '../archive/open-archive.ts';
import { archiveSource } from '../storage/archive-source.ts';
import { expectConsistent } from '../testing/expect-consistent.ts';
import { startHoldfast, type TestHoldfast } from '../testing/holdfast.ts';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { testTools } from '../testing/tools.ts';

let source: TestMongo;
let folder: string;
let holdfast: TestHoldfast;

beforeAll(async () => {
  [source, folder] = await Promise.all([startReplicaSet(), mkdtemp(join(tmpdir(), 'holdfast-tool-'))]);
  const shop = source.client.db('shop');
  await shop.createCollection('orders', { validator: { n: { $type: 'int' } } });
  await shop.collection('orders').insertMany(Array.from({ length: 2_000 }, (_, n) => ({ n, text: 'x'.repeat(100) })));
  await shop.collection('orders').createIndex({ text: 1 }, { name: 'by_text' });
  await shop.collection('people').insertOne({ name: 'a' });
  await misbehave('exec "$REAL" "$@"');
  const config = { toolPaths: { ...(await testTools()), mongodump: join(folder, 'mongodump') } };
  holdfast = await startHoldfast({ mongodbUri: source.uri.replace('/?', '/shop?'), config });
});
afterAll(async () => {
  await holdfast[Symbol.asyncDispose]();
  await Promise.all([source.stop(), rm(folder, { recursive: true, force: true })]);
});

/** What stands for mongodump from now on: the real one, `$REAL`, and what is done to its output. */
async function misbehave(script: string): Promise<void> {
  const { mongodump } = await testTools();
  await writeFile(join(folder, 'mongodump'), `#!/bin/sh\nREAL='${mongodump}'\nexport LC_ALL=C\n${script}\n`);
  await chmod(join(folder, 'mongodump'), 0o755);
}

async function backUp() {
  const { id } = await holdfast.api.backups.request({ deploymentId: 'default' });
  return holdfast.backupEnd(id);
}

it.each([
  ['ends early', '"$REAL" "$@" | head -c 100000', 'dump-incomplete', /ends early|end/],
  ['ends before its first document', '"$REAL" "$@" | head -c 900', 'dump-incomplete', /./],
  [
    'leaves a collection out',
    '"$REAL" "$@" --excludeCollection=people',
    'dump-incomplete',
    /not in the dump: shop.people\./,
  ],
  [
    'leaves an index out',
    '"$REAL" "$@" | sed s/by_text/by_texx/g',
    'dump-incomplete',
    /not in the dump: shop.orders: by_text\./,
  ],
  [
    'leaves a validator out',
    '"$REAL" "$@" | sed s/validator/validatox/g',
    'dump-incomplete',
    /shop.orders: validator\./,
  ],
  ['fails at its very end', '"$REAL" "$@"; exit 3', 'tool-failed', /3/],
] as const)('one that %s fails the backup', async (_what, script, reason, message) => {
  await misbehave(script);
  const backup = await backUp();
  expect(backup).toMatchObject({ status: 'failed', filePath: null, error: { reason } });
  expect(backup.error?.message).toMatch(message);
  await expectConsistent(holdfast.services, [source.client]);
});

it('what came and went meanwhile, or was made meanwhile, fails nothing', async () => {
  const shop = source.client.db('shop');
  await shop.collection('short').insertOne({ n: 1 });
  const { uri } = source;
  // Between the list before and the dump.
  await misbehave(`'${process.execPath}' '${join(folder, 'change.mjs')}' >&2\nexec "$REAL" "$@"`);
  const driver = import.meta.resolve('mongodb');
  await writeFile(
    join(folder, 'change.mjs'),
    `import { MongoClient } from '${driver}';
const client = new MongoClient('${uri}');
const shop = client.db('shop');
await shop.collection('short').drop().catch(() => undefined);
await shop.collection('orders').dropIndex('by_text').catch(() => undefined);
await client.close();`,
  );
  expect(await backUp()).toMatchObject({ status: 'completed', error: null });
});

it('the archive says between which optimes it was read, and that collections are each by itself', async () => {
  await misbehave('exec "$REAL" "$@"');
  const before = Math.floor(Date.now() / 1_000);
  await source.client.db('shop').collection('people').insertOne({ name: 'b' });
  const backup = await backUp();
  const { start, end } = backup.optimes ?? {};
  expect(start?.seconds).toBeGreaterThanOrEqual(before);
  expect(end?.seconds).toBeGreaterThanOrEqual(start?.seconds ?? Number.POSITIVE_INFINITY);
  const archive = await openArchive(await archiveSource(holdfast.services.destinations.main, backup.filePath ?? ''));
  expect(archive.manifest).toMatchObject({ consistency: 'per-collection', optimes: { start, end } });
});
