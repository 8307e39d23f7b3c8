import type { Document } from 'mongodb';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { backUpOnce, openWholeLedger, registerOne } from '../testing/ledger-load.ts';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import {
  append,
  backupRequested,
  cancelBackupOf,
  dumpGeneration,
  newBackupId,
  newDeploymentId,
  openTinyLedger,
  requestBackupOf,
  signIn,
  tinyRules,
} from '../testing/tiny-ledger.ts';
import { until } from '../testing/until.ts';
import type { Ledger } from './ledger.ts';
import { ledgerDatabase } from './ledger-database.ts';
import { readHead } from './prepare-database.ts';
import { rebuild } from './rebuild.ts';

let mongo: TestMongo;
let otherClient: MongoClient;
beforeAll(async () => {
  mongo = await startReplicaSet();
  otherClient = await new MongoClient(mongo.uri).connect();
});
afterAll(async () => {
  await otherClient?.close();
  await mongo?.stop();
});

async function generationOf(name: string): Promise<number> {
  return (await readHead(ledgerDatabase(mongo.client, name))).generation;
}

async function dumpLive(name: string): Promise<Record<string, Document[]>> {
  return dumpGeneration(mongo.client, name, await generationOf(name));
}

/** Locks taken and released again on a few deployments, and sign-ins. */
async function someTraffic(ledger: Ledger, rounds: number): Promise<void> {
  const deployments = Array.from({ length: 4 }, newDeploymentId);
  for (let round = 0; round < rounds; round += 1) {
    await Promise.all(
      deployments.map(async (deploymentId) => {
        const backupId = newBackupId();
        for (const command of [
          requestBackupOf(deploymentId, backupId),
          signIn(),
          cancelBackupOf(deploymentId, backupId),
        ]) {
          await ledger.execute(command);
        }
      }),
    );
  }
  await ledger.execute(requestBackupOf(newDeploymentId()));
}

/** Events in one command: a long ledger in a moment. */
function manyEvents(count: number) {
  return append(...Array.from({ length: count }, () => backupRequested(newDeploymentId())));
}

function indexesOf(name: string, collection: string): Promise<string[]> {
  return mongo.client
    .db(name)
    .collection(collection)
    .indexes()
    .then((indexes) => indexes.map((index) => String(index.name)));
}

test('read models and states equal those that were kept up to date all along', async () => {
  const ledger = await openTinyLedger(mongo.client, 'equal');
  await someTraffic(ledger, 20);
  const live = await dumpLive('equal');
  expect(live.stream_state?.length).toBeGreaterThan(80);

  await ledger.rebuild();
  expect(await generationOf('equal')).toBe(1);
  expect(await dumpLive('equal')).toStrictEqual(live);
  expect(await indexesOf('equal', 'backups_b')).toEqual(await indexesOf('equal', 'backups_a'));

  await ledger.rebuild();
  expect(await generationOf('equal')).toBe(2);
  expect(await dumpLive('equal')).toStrictEqual(live);
  await ledger.close();
});

test('the real projections and deciders pass the same test', async () => {
  const ledger = await openWholeLedger(mongo.client, 'whole');
  const deployments = await Promise.all(Array.from({ length: 3 }, () => registerOne(ledger)));
  for (const deploymentId of deployments) await backUpOnce(ledger, deploymentId);
  const live = await dumpLive('whole');
  await ledger.rebuild();
  expect(await dumpLive('whole')).toStrictEqual(live);
  await ledger.close();
});

test('no append is missed while two servers append, and both read and write the new generation at once', async () => {
  const first = await openTinyLedger(mongo.client, 'busy');
  const second = await openTinyLedger(otherClient, 'busy');
  await first.execute(manyEvents(1_200));
  let writing = true;
  const write = async (ledger: Ledger) => {
    while (writing) await someTraffic(ledger, 1);
  };
  const writers = [write(first), write(second)];
  await first.rebuild();
  const { collectionName } = await second.readModel('backups');
  writing = false;
  await Promise.all(writers);

  expect(collectionName).toBe('backups_b');
  const live = await dumpLive('busy');
  const { position } = await first.head();
  expect(live.operations?.reduce((sum, { events }) => sum + events, 0)).toBe(position);
  await second.rebuild();
  expect(await dumpLive('busy')).toStrictEqual(live);
  await Promise.all([first.close(), second.close()]);
});

test('an interrupted rebuild harms nothing, and goes on by itself where it stopped when a server starts', async () => {
  const ledger = await openTinyLedger(mongo.client, 'stopped');
  await ledger.execute(manyEvents(1_700));
  const live = await dumpLive('stopped');
  const database = ledgerDatabase(mongo.client, 'stopped');
  const stop = new AbortController();
  const stopped = rebuild({ database, rules: tinyRules }, stop.signal);
  await until(
    () => database.rebuild.findOne({ _id: 'rebuild' }),
    (found) => (found?.position ?? 0) >= 500,
  );
  stop.abort(new Error('the server stops'));
  await expect(stopped).rejects.toThrow('the server stops');

  const left = await database.rebuild.findOne({ _id: 'rebuild' });
  expect(left?.position).toBeGreaterThanOrEqual(500);
  expect(await dumpLive('stopped')).toStrictEqual(live);
  await ledger.execute(signIn());
  const before = await dumpLive('stopped');

  const restarted = await openTinyLedger(otherClient, 'stopped');
  await until(
    () => generationOf('stopped'),
    (generation) => generation === 1,
    20_000,
  );
  expect(await database.rebuild.findOne({ _id: 'rebuild' })).toBeNull();
  expect(await dumpLive('stopped')).toStrictEqual(before);
  await Promise.all([ledger.close(), restarted.close()]);
});

test('a rebuild whose server died goes on when its lease has run out', async () => {
  const ledger = await openTinyLedger(mongo.client, 'died');
  await ledger.execute(manyEvents(3));
  const live = await dumpLive('died');
  const database = ledgerDatabase(mongo.client, 'died');
  // What a server leaves that died while it emptied the slot.
  await mongo.client.db('died').collection('backups_b').insertOne({ status: 'left over' });
  const leaseUntil = new Date(Date.now() + 2_000);
  await database.rebuild.insertOne({ _id: 'rebuild', token: 'of a server that is gone', leaseUntil, position: null });

  await ledger.rebuild();
  expect(Date.now()).toBeGreaterThanOrEqual(leaseUntil.getTime());
  expect(await dumpLive('died')).toStrictEqual(live);
  await ledger.close();
});

test('two servers that rebuild at once do it together', async () => {
  const first = await openTinyLedger(mongo.client, 'together');
  const second = await openTinyLedger(otherClient, 'together');
  await first.execute(manyEvents(1_200));
  const live = await dumpLive('together');
  await Promise.all([first.rebuild(), second.rebuild(), first.rebuild()]);
  expect(await dumpLive('together')).toStrictEqual(live);
  expect(await first.verify()).toMatchObject({ intact: true });
  await Promise.all([first.close(), second.close()]);
});
