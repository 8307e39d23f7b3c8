import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { OperationFailure } from '@holdfast/shared/failures';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { type TestTools, testTools } from '../testing/tools.ts';
import { type DeploymentAddress, parseConnectionString } from './connection-string.ts';
import { processStartTime } from './orphan-process.ts';
import { signalGroup } from './process-group.ts';
import { type DumpOptions, type DumpProcess, startDump } from './start-dump.ts';
import { type RestoreOptions, type RestoreProcess, startRestore } from './start-restore.ts';

let mongo: TestMongo;
let tools: TestTools;
/** A dump of `shop`: far larger than all pipes on the way. */
let archive: Buffer;
const orders = 3_000;

beforeAll(async () => {
  [mongo, tools] = await Promise.all([startReplicaSet({ auth: true }), testTools()]);
  const shop = mongo.client.db('shop');
  const documents = Array.from({ length: orders }, (_, n) => ({ _id: n as never, n, text: 'x'.repeat(8_000) }));
  await shop.collection('orders').insertMany(documents);
  await shop.collection('orders').createIndex({ n: 1 }, { unique: true });
  await shop.collection('stores').insertOne({ name: 'one' });
  await mongo.client.db('other').collection('thing').insertOne({});
  archive = await buffer(dump({ database: 'shop' }).stdout);
});

afterAll(() => mongo.stop());

const pids: number[] = [];

/** However an operation ended, nothing of it runs on. */
afterEach(() => {
  const left = pids.filter((pid) => pid > 1 && signalGroup(pid, 'SIGKILL'));
  pids.length = 0;
  expect(left).toEqual([]);
});

const never = new AbortController().signal;

function dump(options: Partial<DumpOptions> & { readonly uri?: string } = {}): DumpProcess {
  const { uri = mongo.uri, ...rest } = options;
  const address = parseConnectionString(uri);
  const started = startDump({ mongodumpPath: tools.mongodump, address, signal: never, ...rest });
  pids.push(started.pid);
  return started;
}

function restore(options: Partial<RestoreOptions> & { readonly uri?: string } = {}): RestoreProcess {
  const { uri = mongo.uri, ...rest } = options;
  const started = startRestore({
    mongorestorePath: tools.mongorestore,
    address: parseConnectionString(uri),
    drop: false,
    stopOnError: false,
    signal: never,
    ...rest,
  });
  pids.push(started.pid);
  return started;
}

async function rejection(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    (value) => {
      throw new Error(`it succeeded: ${JSON.stringify(value)}`);
    },
    (reason: unknown) => reason,
  );
}

async function failureOf(work: Promise<unknown>): Promise<OperationFailure> {
  const failure = await rejection(work);
  if (!(failure instanceof OperationFailure)) throw failure;
  expect(JSON.stringify([failure.toFailure(), failure.stack])).not.toMatch(/password-of|wrong-pw/);
  return failure;
}

/** Waits for the first bytes and reads no further: the tool is then blocked on a full pipe. */
async function blocked(stdout: Readable): Promise<void> {
  await once(stdout, 'readable');
}

describe('a dump', () => {
  test('is an archive of everything, and says what it holds', async () => {
    const { stdout, exited } = dump();
    const bytes = await buffer(stdout);
    expect(bytes.readUInt32LE(0)).toBe(0x8199e26d);
    const { namespaces, documents, stderrTail } = await exited;
    expect(namespaces).toContainEqual({ namespace: 'shop.orders', documents: orders });
    expect(namespaces).toContainEqual({ namespace: 'other.thing', documents: 1 });
    expect(documents).toBe(namespaces.reduce((total, one) => total + one.documents, 0));
    expect(stderrTail.join('\n')).toContain('done dumping shop.orders (3000 documents)');
  });

  test('of one database holds nothing else', async () => {
    const { stdout, exited } = dump({ database: 'shop', numParallelCollections: 1 });
    stdout.resume();
    const { namespaces } = await exited;
    expect(namespaces.map(({ namespace }) => namespace).sort()).toEqual(['shop.orders', 'shop.stores']);
  });

  test('signs in where the driver does: admin without authSource, or the database in the path', async () => {
    const host = `127.0.0.1:${mongo.port}`;
    const shop = mongo.client.db('shop');
    await shop.command({ createUser: 'keeper', pwd: 'a:b/c@d%e "f"', roles: ['read'] });
    const uris = [
      `mongodb://root:password-of-root@${host}`,
      `mongodb://keeper:${encodeURIComponent('a:b/c@d%e "f"')}@${host}/shop`,
    ];
    for (const uri of uris) {
      const { stdout, exited } = dump({ uri, database: 'shop' });
      stdout.resume();
      expect((await exited).namespaces).toHaveLength(2);
    }
  });

  test('a wrong password', async () => {
    const { stdout, exited } = dump({ uri: mongo.uri.replace('password-of', 'wrong-pw') });
    const failure = await failureOf(exited);
    expect(failure.reason).toBe('authentication-failed');
    expect(failure.stderrTail.join('\n')).toContain('mongodb://<redacted>@127.0.0.1');
    expect(await rejection(buffer(stdout))).toBe(failure);
  });

  test('missing privileges', async () => {
    const uri = await mongo.addUser('poor', [{ role: 'read', db: 'other' }]);
    const failure = await failureOf(dump({ uri, database: 'shop' }).exited);
    expect(failure.reason).toBe('not-authorized');
    expect(failure.stderrTail.at(-1)).toContain('not authorized on shop');
  });

  test('a server that cannot be reached shows within ten seconds, whatever the reason', async () => {
    const unreachable = [
      'mongodb://u:password-of-u@127.0.0.1:1/',
      'mongodb://[::1]:1,[::1]:2/?replicaSet=rs0',
      'mongodb://nowhere.invalid/',
      'mongodb+srv://u:password-of-u@a.nowhere.invalid/',
      // The tools themselves would take these for seconds.
      'mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=3000&connectTimeoutMS=3000',
    ];
    const from = performance.now();
    const failures = await Promise.all(unreachable.map((uri) => failureOf(dump({ uri }).exited)));
    expect(performance.now() - from).toBeLessThan(10_000);
    expect(failures.map(({ reason }) => reason)).toEqual(unreachable.map(() => 'unreachable'));
  });

  test('no tool', async () => {
    const { pid, stdout, exited } = dump({ mongodumpPath: '/nowhere/mongodump' });
    expect(pid).toBe(0);
    const failure = await failureOf(exited);
    expect(failure).toMatchObject({
      reason: 'tool-missing',
      message: '/nowhere/mongodump could not be started: ENOENT.',
    });
    expect(await rejection(buffer(stdout))).toBe(failure);
  });

  test('while it runs, the password is in no argument, and its process is known again', async () => {
    const stop = new AbortController();
    const { pid, stdout, exited } = dump({ signal: stop.signal });
    await blocked(stdout);
    const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    expect(argv).toContain('--archive');
    expect(argv.join(' ')).not.toMatch(/password-of|mongodb:/);
    expect(await processStartTime(pid)).not.toBe('');
    stop.abort();
    await rejection(exited);
    expect(await processStartTime(pid)).toBe('');
  });

  test('killed half-way: what was read cannot pass for a whole dump', async () => {
    const { pid, stdout, exited } = dump();
    await blocked(stdout);
    process.kill(pid, 'SIGKILL');
    const failure = await failureOf(exited);
    expect(failure).toMatchObject({ reason: 'tool-killed', message: 'mongodump was ended by SIGKILL.' });
    const read = pipeline(stdout, async (source: AsyncIterable<Buffer>) => {
      for await (const _ of source);
    });
    expect(await rejection(read)).toBe(failure);
  });

  test('cancelled while blocked: gone within two seconds, with the reason of the one who cancelled', async () => {
    const stop = new AbortController();
    const { pid, stdout, exited } = dump({ signal: stop.signal });
    await blocked(stdout);
    const from = performance.now();
    const reason = new Error('not wanted any more');
    stop.abort(reason);
    expect(await rejection(exited)).toBe(reason);
    expect(performance.now() - from).toBeLessThan(2_000);
    expect(signalGroup(pid, 0)).toBe(false);
    expect(await rejection(buffer(stdout))).toBe(reason);
  });

  test('a reader that goes away ends it', async () => {
    const { stdout, exited } = dump();
    await blocked(stdout);
    stdout.destroy();
    expect((await failureOf(exited)).reason).toBe('tool-failed');
  });

  test('nobody takes its bytes', async () => {
    const failure = await failureOf(dump({ stallLimitMs: 1_500 }).exited);
    expect(failure).toMatchObject({
      reason: 'stalled',
      message: 'mongodump was stopped: no byte moved for 1.5 seconds.',
    });
  });

  test('it takes too long', async () => {
    const failure = await failureOf(dump({ wallClockLimitMs: 1_000 }).exited);
    expect(failure.reason).toBe('timed-out');
  });
});

/** Documents in `shop.orders` now, by number. */
async function ordersNow(): Promise<number> {
  return await mongo.client.db('shop').collection('orders').countDocuments();
}

describe('a restore', () => {
  test('brings everything back, indexes too, and says how much', async () => {
    await mongo.client.db('shop').dropDatabase();
    const done: unknown[] = [];
    const { stdin, exited } = restore({ stopOnError: true, onProgress: (one) => done.push(one) });
    await pipeline([archive], stdin);
    expect(await exited).toMatchObject({ restored: orders + 1, failed: 0 });
    expect(await ordersNow()).toBe(orders);
    expect(await mongo.client.db('shop').collection('orders').indexExists('n_1')).toBe(true);
    expect(done).toContainEqual({ namespace: 'shop.orders', restored: orders, failed: 0 });
  });

  test('in which every document failed is a failure, although mongorestore exits 0', async () => {
    const { stdin, exited } = restore();
    await pipeline([archive], stdin);
    const failure = await failureOf(exited);
    expect(failure).toMatchObject({
      reason: 'restore-incomplete',
      message: `mongorestore restored 0 documents; ${orders + 1} were refused by the server.`,
    });
    expect(failure.stderrTail).toHaveLength(20);
    expect(failure.stderrTail.at(-1)).toContain('0 document(s) restored successfully. 3001 document(s) failed');
  });

  test('that stops at the first failed document is one, too', async () => {
    const { stdin, exited } = restore({ stopOnError: true });
    await Promise.allSettled([pipeline([archive], stdin)]);
    expect((await failureOf(exited)).reason).toBe('restore-incomplete');
  });

  test('brings back what the validator of today refuses, unless told not to', async () => {
    const shop = mongo.client.db('shop');
    const validator = { n: { $gte: 0, $ne: 7 } };
    await shop.command({ collMod: 'orders', validator });
    try {
      const strict = await buffer(dump({ database: 'shop' }).stdout);
      const refused = restore({ drop: true, bypassDocumentValidation: false });
      await pipeline([strict], refused.stdin);
      expect((await failureOf(refused.exited)).message).toContain('1 were refused');
      const taken = restore({ drop: true });
      await pipeline([strict], taken.stdin);
      expect((await taken.exited).restored).toBe(orders + 1);
    } finally {
      await shop.command({ collMod: 'orders', validator: {} });
    }
  });

  test.each([
    ['half an archive', () => archive.subarray(0, archive.length / 2)],
    ['no archive at all', () => Buffer.from('something else'.repeat(100_000))],
    ['nothing', () => Buffer.alloc(0)],
  ])('of %s fails, and input that is not taken breaks nothing', async (_, input) => {
    const { stdin, exited } = restore({ drop: true });
    await Promise.allSettled([pipeline([input()], stdin)]);
    const failure = await failureOf(exited);
    expect(failure.reason).toBe('tool-failed');
    expect(failure.message).toMatch(/^mongorestore ended with exit code 1: .*(archive|beginning)/);
  });

  test('a wrong password: whoever feeds it learns from the exit', async () => {
    const { stdin, exited } = restore({ uri: mongo.uri.replace('password-of', 'wrong-pw') });
    const [fed, failure] = await Promise.all([
      pipeline([archive], stdin).catch((error: NodeJS.ErrnoException) => error.code),
      failureOf(exited),
    ]);
    expect(['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE']).toContain(fed);
    expect(failure.reason).toBe('authentication-failed');
  });

  test('no tool', async () => {
    const { stdin, exited } = restore({ mongorestorePath: '/nowhere/mongorestore' });
    await Promise.allSettled([pipeline([archive], stdin)]);
    expect((await failureOf(exited)).reason).toBe('tool-missing');
  });

  test('cancelled while it waits for input: gone within two seconds', async () => {
    const stop = new AbortController();
    const { pid, stdin, exited } = restore({ drop: true, signal: stop.signal });
    stdin.write(archive.subarray(0, archive.length / 2));
    await until(async () => (await ordersNow()) !== orders);
    const from = performance.now();
    stop.abort(new Error('not wanted any more'));
    expect(await rejection(exited)).toBe(stop.signal.reason);
    expect(performance.now() - from).toBeLessThan(2_000);
    expect(signalGroup(pid, 0)).toBe(false);
  });

  test('whose input stops coming is stopped', async () => {
    const { stdin, exited } = restore({ drop: true, stallLimitMs: 1_500 });
    stdin.write(archive.subarray(0, archive.length / 2));
    expect((await failureOf(exited)).reason).toBe('stalled');
  });

  test('killed half-way', async () => {
    const { pid, stdin, exited } = restore({ drop: true });
    stdin.write(archive.subarray(0, archive.length / 2));
    await until(async () => (await processStartTime(pid)) !== '');
    process.kill(pid, 'SIGKILL');
    expect((await failureOf(exited)).reason).toBe('tool-killed');
  });
});

describe('a server that dies half-way', () => {
  let doomed: TestMongo;
  let address: DeploymentAddress;

  beforeAll(async () => {
    doomed = await startReplicaSet();
    // Fails sooner than an election would take: there is nobody to elect.
    address = parseConnectionString(`${doomed.uri}&serverSelectionTimeoutMS=2000`);
    const seed = startRestore({
      mongorestorePath: tools.mongorestore,
      address,
      drop: true,
      stopOnError: true,
      signal: never,
    });
    await pipeline([archive], seed.stdin);
    await seed.exited;
  });

  afterAll(async () => {
    await doomed.restart();
    await doomed.stop();
  });

  test('is a lost connection for a dump', async () => {
    const { stdout, exited } = dump({ address });
    await blocked(stdout);
    await doomed.kill();
    stdout.resume();
    expect((await failureOf(exited)).reason).toBe('connection-lost');
    await doomed.restart();
  });

  test('is a lost connection for a restore', async () => {
    const { stdin, exited } = restore({ address, drop: true });
    const half = archive.length / 2;
    stdin.write(archive.subarray(0, half));
    // Estimated: a count that looks at documents would fail when the collection is dropped under it.
    await until(async () => (await doomed.client.db('shop').collection('orders').estimatedDocumentCount()) !== orders);
    await doomed.kill();
    await Promise.allSettled([pipeline([archive.subarray(half)], stdin)]);
    expect((await failureOf(exited)).reason).toBe('connection-lost');
  });
});

async function until(fact: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await fact())) {
    if (performance.now() > deadline) throw new Error('it never came about');
    await sleep(10);
  }
}
