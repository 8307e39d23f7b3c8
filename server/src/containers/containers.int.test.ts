import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { launchTestMongod } from '../testing/launch-mongod.ts';
import { prepareDemo, prepareLedger } from './prepare-server.ts';
import { makeServerSecrets, readServerSecrets, type ServerSecrets } from './secret-files.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-containers-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the secrets of a composition', () => {
  test('are made once, for their owner only, and differ from server to server', async () => {
    await makeServerSecrets(folder, { name: 'ledger', host: 'ledger:27017' }, null);
    await makeServerSecrets(folder, { name: 'demo', host: 'demo:27017', database: 'shop' }, null);
    const [ledger, demo] = [await readServerSecrets(folder, 'ledger'), await readServerSecrets(folder, 'demo')];
    expect(ledger.uri).toMatch(/^mongodb:\/\/holdfast:[\w-]{43}@ledger:27017\/\?replicaSet=ledger&authSource=admin$/);
    expect(demo.uri).toContain('@demo:27017/shop?');
    expect(ledger.password).not.toBe(demo.password);
    expect(ledger.key).not.toBe(demo.key);
    for (const name of ['ledger.key', 'ledger-uri']) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o400);
    await makeServerSecrets(folder, { name: 'ledger', host: 'ledger:27017' }, null);
    expect(await readFile(join(folder, 'ledger.key'), 'utf8')).toBe(ledger.key);
    expect(await readServerSecrets(folder, 'ledger')).toEqual(ledger);
  });
});

describe('a prepared server', () => {
  test('keeps events that its user can add to but neither change nor delete', async () => {
    await using server = await startServer('ledger');
    await prepareLedger(server.secrets);
    await prepareLedger(server.secrets);
    await using client = new MongoClient(server.secrets.uri);
    const events = client.db('holdfast').collection('ledger_events');
    await events.insertOne({ one: 1 });
    await expect(events.updateOne({}, { $set: { one: 2 } })).rejects.toThrow('not authorized');
    await expect(events.deleteOne({})).rejects.toThrow('not authorized');
    await expect(client.db('other').collection('any').findOne()).rejects.toThrow('not authorized');
    await using stranger = new MongoClient(`mongodb://${server.secrets.host}/?directConnection=true`);
    await expect(stranger.db('holdfast').collection('ledger_events').findOne()).rejects.toThrow(
      'requires authentication',
    );
  });

  test('shows the sample shop, loaded once', async () => {
    await using server = await startServer('demo');
    await prepareDemo(server.secrets);
    await using client = new MongoClient(server.secrets.uri);
    await client.db().collection('orders').deleteMany({});
    await prepareDemo(server.secrets);
    expect(await client.db().collection('customers').countDocuments()).toBe(3000);
    expect(await client.db().collection('orders').countDocuments()).toBe(0);
  });
});

/** A mongod with a keyfile as its container starts it: not yet a replica set, and without users. */
async function startServer(name: string): Promise<AsyncDisposable & { secrets: ServerSecrets }> {
  const unknown = 'host.invalid:27017';
  await makeServerSecrets(folder, { name, host: unknown, database: 'shop' }, null);
  const made = await readServerSecrets(folder, name);
  const mongod = await launchTestMongod({ replicaSet: name, key: made.key, version: undefined, inGroup: true });
  const host = `127.0.0.1:${mongod.port}`;
  const secrets = { ...made, host, uri: made.uri.replace(unknown, host) };
  return {
    secrets,
    async [Symbol.asyncDispose]() {
      await mongod.end('SIGKILL');
      await mongod.remove();
    },
  };
}
