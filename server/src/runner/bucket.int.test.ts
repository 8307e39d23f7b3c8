// The whole way with archives in a bucket: a backup, a restore, a server that takes over, a bucket that goes away.
import { randomBytes } from 'node:crypto';
import { mkdtempDisposable, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compareDatabases } from '../sample/compare-databases.ts';
import { loadSample } from '../sample/load-sample.ts';
import { parseS3Location } from '../storage/s3-location.ts';
import { s3Place } from '../storage/s3-place.ts';
import { expectConsistent } from '../testing/expect-consistent.ts';
import { startHoldfast, type TestHoldfast, type TestHoldfastOptions } from '../testing/holdfast.ts';
import { startHoldfastProcess } from '../testing/holdfast-process.ts';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { startS3Server, type TestS3Server } from '../testing/s3-server.ts';
import { until } from '../testing/until.ts';

let source: TestMongo;
let ledger: TestMongo;
let bucket: TestS3Server;

beforeAll(async () => {
  [source, ledger, bucket] = await Promise.all([startReplicaSet(), startReplicaSet(), startS3Server()]);
  await loadSample(source.client, 'shop');
});
afterAll(async () => {
  await Promise.all([source.stop(), ledger.stop(), bucket[Symbol.asyncDispose]()]);
});

const secretKey = randomBytes(32).toString('base64');
const shopUri = () => source.uri.replace(/\/\?/, '/shop?');

function optionsOf(path: string): TestHoldfastOptions {
  const config = {
    secretKey,
    leaseMs: 3_000,
    storageUrl: bucket.url(`backups/${path}`),
    s3Credentials: bucket.credentials,
  };
  return { ledgerUri: ledger.uri, mongodbUri: shopUri(), config };
}

async function holdfastWith(path: string): Promise<TestHoldfast> {
  await ledger.client.db('holdfast').dropDatabase();
  return await startHoldfast(optionsOf(path));
}

it('backs up into a bucket, and restores from it what equals the source', async () => {
  await using holdfast = await holdfastWith('whole');
  const { id } = await holdfast.api.backups.request({ deploymentId: 'default' });
  const backup = await holdfast.backupEnd(id);
  expect(backup).toMatchObject({ status: 'completed', error: null });
  const plan = await holdfast.api.restores.plan({ backupId: id, target: { kind: 'copy', suffix: '_copy' } });
  const restore = await holdfast.restoreEnd((await holdfast.api.restores.confirm({ planId: plan.id })).id);
  expect(restore).toMatchObject({ status: 'completed', error: null });
  expect((await compareDatabases(source.client, 'shop', 'shop_copy')).differences).toStrictEqual([]);
  await source.client.db('shop_copy').dropDatabase();
  const report = await holdfast.api.destinations.reconcile({});
  expect(JSON.stringify(report)).not.toContain(bucket.credentials.secretAccessKey);
  await expectConsistent(holdfast.services, [source.client]);
});

it('fails a backup while the bucket is away with what it was, and goes on once it is back', async () => {
  await using holdfast = await holdfastWith('away');
  await bucket.kill();
  const { id } = await holdfast.api.backups.request({ deploymentId: 'default' });
  const failed = await holdfast.backupEnd(id);
  await bucket.restart();
  expect(failed).toMatchObject({ status: 'failed', error: { reason: 'storage-unreachable' } });
  const again = await holdfast.api.backups.request({ deploymentId: 'default' });
  expect(await holdfast.backupEnd(again.id)).toMatchObject({ status: 'completed' });
  await expectConsistent(holdfast.services, [source.client]);
});

it.each([
  ['mid-stream', 'failed'],
  ['sealed', 'completed'],
] as const)('another server ends what one leaves that is killed at %s: it is %s', async (point, status) => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'holdfast-killed-'));
  await ledger.client.db('holdfast').dropDatabase();
  const path = `killed-${point}`;
  await writeFile(join(folder.path, point), '');
  const killed = await startHoldfastProcess({
    env: {
      ...{
        LEDGER_URI: ledger.uri,
        MONGODB_URI: shopUri(),
        HOLDFAST_SECRET_KEY: secretKey,
        HOLDFAST_LEASE_SECONDS: '3',
      },
      ...{ HOLDFAST_STORAGE_URL: bucket.url(`backups/${path}`), HOLDFAST_FAILPOINTS: folder.path },
      AWS_ACCESS_KEY_ID: bucket.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: bucket.credentials.secretAccessKey,
    },
  });
  const { id } = await killed.client.backups.request.mutate({ deploymentId: 'default' });
  await until(
    () => readdir(folder.path),
    (names) => names.includes(`${point}.reached`),
  );
  await killed.end('SIGKILL');
  expect(killed.output()).not.toContain(bucket.credentials.secretAccessKey);
  await rm(killed.dataDir, { recursive: true, force: true });
  await using other = await startHoldfast(optionsOf(path));
  expect(await other.backupEnd(id)).toMatchObject({ status });
  await expectConsistent(other.services, [source.client]);
  const { client } = s3Place(parseS3Location(bucket.url('backups')), bucket.credentials);
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: 'backups' }));
  expect(Uploads).toStrictEqual([]);
});
