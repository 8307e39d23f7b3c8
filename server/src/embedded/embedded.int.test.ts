import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testTools } from '../testing/tools.ts';
import { type EmbeddedMongod, startEmbeddedMongod } from './embedded-mongod.ts';
import { DataDirInUse, type DataDirLock, lockDataDir } from './lock-data-dir.ts';
import { isRunning } from './process-identity.ts';
import { systemClient } from './system-client.ts';

const collections = { events: 'ledger_events', others: ['head', 'plans'] };
let dataDir: string;
let cleanUp: AsyncDisposableStack;

beforeEach(async () => {
  cleanUp = new AsyncDisposableStack();
  dataDir = await mkdtemp(join(tmpdir(), 'holdfast-embedded-'));
  cleanUp.defer(() => rm(dataDir, { recursive: true, force: true }));
});

afterEach(async () => {
  await cleanUp.disposeAsync();
});

async function start(
  more: { collections?: typeof collections; onStateChange?: (state: 'down' | 'up') => void; lock?: DataDirLock } = {},
): Promise<EmbeddedMongod> {
  const { mongod } = await testTools();
  const lock = more.lock ?? (await lockDataDir(dataDir));
  cleanUp.defer(() => lock.release());
  const embedded = await startEmbeddedMongod({ mongodPath: mongod, database: 'holdfast', collections, ...more, lock });
  cleanUp.defer(() => embedded.stop());
  return embedded;
}

function connect(uri: string): MongoClient {
  const client = new MongoClient(uri);
  cleanUp.defer(() => client.close());
  return client;
}

/** Polls on a fact; the fact's last value is what the failure shows. */
async function until(fact: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await fact())) {
    if (performance.now() > deadline) throw new Error(`not within 20 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('keeps its data, port and passwords over an orderly restart', async () => {
  const lock = await lockDataDir(dataDir);
  const first = await start({ lock });
  await connect(first.ledgerUri).db('holdfast').collection<{ _id: number }>('ledger_events').insertOne({ _id: 1 });
  await first.stop();
  expect(isRunning(first.pid, null)).toBe(false);
  const second = await start({ lock });
  expect(second.ledgerUri).toBe(first.ledgerUri);
  expect(second.pid).not.toBe(first.pid);
  expect(await connect(second.ledgerUri).db('holdfast').collection('ledger_events').countDocuments()).toBe(1);
});

test('runs transactions and change streams for the service', async () => {
  const { ledgerUri } = await start();
  const client = connect(ledgerUri);
  const events = client.db('holdfast').collection<{ _id: number }>('ledger_events');
  await client.db('holdfast').createCollection('ledger_events');
  const changes = events.watch();
  cleanUp.defer(() => changes.close());
  await changes.tryNext();
  const head = client.db('holdfast').collection<{ _id: string; position: number }>('head');
  await client.withSession((session) =>
    session.withTransaction(async () => {
      await head.updateOne({ _id: 'head' }, { $inc: { position: 1 } }, { upsert: true, session });
      await events.insertOne({ _id: 1 }, { session });
    }),
  );
  expect(await changes.next()).toMatchObject({ operationType: 'insert', documentKey: { _id: 1 } });
  expect(await client.db('admin').command({ serverStatus: 1 })).toMatchObject({ ok: 1 });
  expect(await client.db('admin').command({ replSetGetConfig: 1 })).toMatchObject({ ok: 1 });
});

test('the service cannot change, delete, drop or replace events, nor read other databases', async () => {
  const { ledgerUri } = await start();
  const db = connect(ledgerUri).db('holdfast');
  const events = db.collection<{ _id: number }>('ledger_events');
  await events.insertOne({ _id: 1 });
  await db.collection<{ _id: number }>('plans').insertOne({ _id: 7 });
  const attempts = {
    update: () => events.updateOne({ _id: 1 }, { $set: { forged: true } }),
    upsert: () => events.replaceOne({ _id: 1 }, { forged: true }, { upsert: true }),
    delete: () => events.deleteOne({ _id: 1 }),
    findAndModify: () => events.findOneAndDelete({ _id: 1 }),
    drop: () => events.drop(),
    dropDatabase: () => db.dropDatabase(),
    rename: () => events.rename('plans', { dropTarget: true }),
    renameOver: () => db.collection('plans').rename('ledger_events', { dropTarget: true }),
    merge: () =>
      db
        .collection('plans')
        .aggregate([{ $merge: { into: 'ledger_events' } }])
        .toArray(),
    out: () =>
      db
        .collection('plans')
        .aggregate([{ $out: 'ledger_events' }])
        .toArray(),
    collMod: () => db.command({ collMod: 'ledger_events', validator: {} }),
    capped: () => db.command({ convertToCapped: 'ledger_events', size: 4096 }),
    newCollection: () => db.createCollection('elsewhere'),
    otherDatabase: () => db.client.db('shop').collection('items').findOne(),
    newUser: () => db.client.db('admin').command({ createUser: 'x', pwd: 'x', roles: ['root'] }),
    applyOps: () =>
      db.client.db('admin').command({ applyOps: [{ op: 'd', ns: 'holdfast.ledger_events', o: { _id: 1 } }] }),
    shutdown: () => db.client.db('admin').command({ shutdown: 1 }),
  };
  const allowed: string[] = [];
  for (const [name, attempt] of Object.entries(attempts)) {
    const outcome = await attempt().then(
      () => 'allowed',
      (error: { codeName?: string }) => error.codeName,
    );
    if (outcome !== 'Unauthorized') allowed.push(`${name}: ${outcome}`);
  }
  expect(allowed).toEqual([]);
  expect(await events.find().toArray()).toEqual([{ _id: 1 }]);
});

test('a newer list of collections reaches the role that exists', async () => {
  const lock = await lockDataDir(dataDir);
  const first = await start({ lock });
  const add = (uri: string) => connect(uri).db('holdfast').collection('added').insertOne({ name: 'x' });
  await expect(add(first.ledgerUri)).rejects.toThrow(/not authorized/);
  await first.stop();
  const second = await start({ lock, collections: { events: 'ledger_events', others: ['head', 'added'] } });
  await expect(add(second.ledgerUri)).resolves.toMatchObject({ acknowledged: true });
});

test('a stranger on this host can neither read nor make a user', async () => {
  const { port } = await start();
  const admin = connect(`mongodb://127.0.0.1:${port}/?directConnection=true`).db('admin');
  for (const command of [{ createUser: 'x', pwd: 'x', roles: ['root'] }, { listDatabases: 1 }, { serverStatus: 1 }]) {
    await expect(admin.command(command)).rejects.toThrow(/requires authentication/);
  }
  // Nor could anybody in the moment before the first user existed: the exception for localhost is off from the start.
  const system = systemClient(port, await readFile(join(dataDir, 'ledger/keyfile'), 'utf8'));
  cleanUp.defer(() => system.close());
  const asked = await system.db('admin').command({ getParameter: 1, enableLocalhostAuthBypass: 1 });
  expect(asked.enableLocalhostAuthBypass).toBe(false);
});

test('the sample user backs up and restores, and is told its database', async () => {
  const embedded = await start();
  const uri = await embedded.sampleUri('sample');
  const client = connect(uri);
  await client.db().collection('items').insertOne({ name: 'cup' });
  expect(client.db().databaseName).toBe('sample');
  expect((await client.db('admin').command({ listDatabases: 1 })).ok).toBe(1);
});

test('its files are for this user only, and no password is in a process list', async () => {
  const { pid } = await start();
  const ledger = join(dataDir, 'ledger');
  expect((await stat(ledger)).mode & 0o777).toBe(0o700);
  for (const file of ['keyfile', 'credentials.json', 'port']) {
    expect((await stat(join(ledger, file))).mode & 0o777).toBe(0o600);
  }
  const { ledger: login } = JSON.parse(await readFile(join(ledger, 'credentials.json'), 'utf8'));
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8');
  expect(commandLine).toContain('--keyFile');
  expect(commandLine).not.toContain(login.password);
  expect((await readdir(ledger)).sort()).toEqual(['credentials.json', 'db', 'keyfile', 'mongod.log', 'port']);
});

test('kill -9 of mongod: it comes back with a new pid on the same uri', async () => {
  const states: string[] = [];
  const embedded = await start({ onStateChange: (state) => void states.push(state) });
  const events = connect(embedded.ledgerUri).db('holdfast').collection<{ _id: number }>('ledger_events');
  await events.insertOne({ _id: 1 }, { writeConcern: { w: 'majority', journal: true } });
  const before = embedded.pid;
  process.kill(before, 'SIGKILL');
  await until(() => states.includes('up'), 'mongod is up again');
  expect(states).toEqual(['down', 'up']);
  expect(embedded.pid).not.toBe(before);
  expect(await events.find().toArray()).toEqual([{ _id: 1 }]);
});

test('stop while mongod is down leaves none behind', async () => {
  const states: string[] = [];
  const embedded = await start({ onStateChange: (state) => void states.push(state) });
  process.kill(embedded.pid, 'SIGKILL');
  await until(() => states.includes('down'), 'the end is noticed');
  await embedded.stop();
  expect(isRunning(embedded.pid, null)).toBe(false);
  // mongod itself wrote there who holds the data folder.
  const holder = Number(await readFile(join(dataDir, 'ledger/db/mongod.lock'), 'utf8'));
  expect(holder > 0 && isRunning(holder, null)).toBe(false);
  expect(states).toEqual(['down']);
});

test('kill -9 of the server: its mongod is adopted, not fought', async () => {
  const { server, pid, port } = await startServer();
  server.kill('SIGKILL');
  await once(server, 'exit');
  expect(isRunning(pid, null)).toBe(true);
  const states: string[] = [];
  const embedded = await start({ onStateChange: (state) => void states.push(state) });
  expect({ pid: embedded.pid, port: embedded.port }).toEqual({ pid, port });
  // The adopted one is supervised like one's own child.
  process.kill(pid, 'SIGKILL');
  await until(() => states.includes('up'), 'the adopted mongod was started again');
  expect(embedded.pid).not.toBe(pid);
  await embedded.stop();
  expect(isRunning(embedded.pid, null)).toBe(false);
});

test.each(['port', 'keyfile'])('an orphan whose %s was lost is ended in order, and the data stays', async (file) => {
  const { server, pid } = await startServer();
  server.kill('SIGKILL');
  await once(server, 'exit');
  await rm(join(dataDir, 'ledger', file));
  const embedded = await start();
  expect(isRunning(pid, null)).toBe(false);
  expect(await connect(embedded.ledgerUri).db('holdfast').collection('ledger_events').countDocuments()).toBe(0);
});

test('a second owner is refused while the first lives, with who it is and what to do', async () => {
  const { server } = await startServer();
  const refusal = await lockDataDir(dataDir).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(DataDirInUse);
  expect((refusal as Error).message).toContain(`process ${server.pid} on `);
  expect((refusal as Error).message).toContain('HOLDFAST_DATA_DIR');
});

test('a port that something else took meanwhile is replaced, and the replica set told', async () => {
  const lock = await lockDataDir(dataDir);
  const first = await start({ lock });
  const client = new MongoClient(first.ledgerUri);
  await client.db('holdfast').collection<{ _id: number }>('ledger_events').insertOne({ _id: 1 });
  await client.close();
  await first.stop();
  const squatter = createServer().listen(first.port, '127.0.0.1');
  cleanUp.defer(async () => void squatter.close());
  await once(squatter, 'listening');
  const second = await start({ lock });
  expect(second.port).not.toBe(first.port);
  expect(await connect(second.ledgerUri).db('holdfast').collection('ledger_events').countDocuments()).toBe(1);
});

test('says what mongod says when it cannot start', async () => {
  const lock = await lockDataDir(dataDir);
  const first = await start({ lock });
  await first.stop();
  await writeFile(join(dataDir, 'ledger/db/WiredTiger.turtle'), 'nonsense');
  await expect(start({ lock })).rejects.toThrow(/mongod of the embedded ledger ended.*WiredTiger.*mongod\.log/s);
});

interface Server {
  readonly server: ChildProcess;
  readonly pid: number;
  readonly port: number;
}

/** A process of its own that owns the data folder, as a server does. */
async function startServer(): Promise<Server> {
  const { mongod } = await testTools();
  const program = fileURLToPath(new URL('./fixtures/own-ledger.ts', import.meta.url));
  const server = spawn(process.execPath, ['--conditions=@holdfast/source', program, dataDir, mongod], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(server.stdout, 'data');
  const { pid, port } = JSON.parse(String(line));
  cleanUp.defer(async () => {
    server.kill('SIGKILL');
    if (isRunning(pid, null) && existsSync(dataDir)) process.kill(pid, 'SIGKILL');
    await until(() => !isRunning(pid, null), 'mongod of the test server is gone');
  });
  return { server, pid, port };
}
