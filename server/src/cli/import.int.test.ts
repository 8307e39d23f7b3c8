// Dumps that the real mongodump made, brought in over HTTP and the command line, restored and compared with their source.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { mkdir, mkdtempDisposable, readdir, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Backup } from '@holdfast/shared/backup';
import { Binary, serialize } from 'bson';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openArchive } from '../archive/open-archive.ts';
import { openKit } from '../keys/recovery-kit.ts';
import { compareDatabases } from '../sample/compare-databases.ts';
import { loadSample } from '../sample/load-sample.ts';
import { archiveSource } from '../storage/archive-source.ts';
import { expectConsistent } from '../testing/expect-consistent.ts';
import { generateDump } from '../testing/generated-dump.ts';
import { startHoldfast, type TestHoldfast } from '../testing/holdfast.ts';
import { startHoldfastProcess } from '../testing/holdfast-process.ts';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { testTools } from '../testing/tools.ts';
import { until } from '../testing/until.ts';
import { runCommandLine } from './run-command-line.ts';
import { memorySink } from './testing/memory-sink.ts';

let source: TestMongo;
let ledger: TestMongo;
let holdfast: TestHoldfast;
let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;

beforeAll(async () => {
  folder = await mkdtempDisposable(join(tmpdir(), 'holdfast-import-'));
  [source, ledger] = await Promise.all([startReplicaSet(), startReplicaSet()]);
  holdfast = await startHoldfast({
    ledgerUri: ledger.uri,
    mongodbUri: source.uri,
    config: { importMaxBytes: 200_000_000 },
  });
  await loadSample(source.client, 'shop', { scale: 0.2 });
  const shop = source.client.db('shop');
  await shop.collection('a/b c+d').insertOne({ a: 1 });
  await shop.collection('é'.repeat(90)).insertOne({ long: true });
  await shop.collection('large').insertOne({ data: new Binary(Buffer.alloc(16 * 1024 * 1024 - 200, 7)) });
  for (const [name, args] of dumps) await mongodump(...args.map((arg) => arg.replace('PATH', pathOf(name))));
});
afterAll(async () => {
  await holdfast?.[Symbol.asyncDispose]();
  await Promise.all([source?.stop(), ledger?.stop(), folder?.remove()]);
});

const dumps: [string, string[]][] = [
  ['shop.archive', ['--archive=PATH', '--db=shop']],
  ['shop.archive.gz', ['--archive=PATH', '--gzip', '--db=shop']],
  ['dump', ['--out=PATH', '--db=shop']],
  ['dump-gz', ['--out=PATH', '--gzip', '--oplog']],
];

function pathOf(name: string): string {
  return join(folder.path, name);
}

async function mongodump(...args: string[]): Promise<void> {
  const { mongodump: path } = await testTools();
  await promisify(execFile)(path, [`--uri=${source.uri}`, '--quiet', ...args]);
}

async function cli(args: readonly string[], input: Uint8Array[] = []) {
  const [stdout, stderr] = [memorySink(), memorySink()];
  const { url } = holdfast.served;
  const config = { ...holdfast.config, url, apiKey: holdfast.served.app.administratorKey };
  const streams = { stdin: Readable.from(input), stdout: stdout.stream, stderr: stderr.stream };
  const status = await runCommandLine({ args: [...args, '--json'], ...streams, config } as never);
  return { status, backup: JSON.parse(stdout.text() || 'null') as Backup, error: JSON.parse(stderr.text() || 'null') };
}

function importPath(path: string, ...options: string[]) {
  return cli(['import', path, '--deployment', 'default', ...options]);
}

/** Sends bytes as the console does. */
async function send(body: Uint8Array<ArrayBuffer>, query: Record<string, string> = {}) {
  const address = new URL('/api/imports', holdfast.served.url);
  address.search = String(new URLSearchParams({ deployment: 'default', fileName: 'file', ...query }));
  // A connection that is kept may be closed by the server while this process is busy making the next dump.
  const headers = { authorization: `Bearer ${holdfast.served.app.administratorKey}`, connection: 'close' };
  const response = await fetch(address, { method: 'POST', body, headers });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** Restores a copy of it, and compares that with the source byte for byte. */
async function expectEqualCopy(id: string): Promise<void> {
  await holdfast.api.backups.verify({ id: id as never });
  const suffix = '_copy';
  const plan = await holdfast.api.restores.plan({ backupId: id as never, target: { kind: 'copy', suffix } });
  const { id: restoreId } = await holdfast.api.restores.confirm({ planId: plan.id });
  expect((await holdfast.restoreEnd(restoreId)).error).toBeNull();
  const comparison = await compareDatabases(source.client, 'shop', `shop${suffix}`);
  expect(comparison.differences).toStrictEqual([]);
  expect(comparison.documents).toBeGreaterThan(2_000);
  await source.client.db(`shop${suffix}`).dropDatabase();
}

async function manifestOf({ filePath }: Backup) {
  return (await openArchive(await archiveSource(holdfast.services.destinations.main, filePath ?? ''))).manifest;
}

describe('a dump that was made elsewhere', () => {
  it.each([
    ['archive', 'shop.archive', 'checksums', []],
    ['archive-gzip', 'shop.archive.gz', 'checksums', []],
    ['directory', 'dump', 'structure', []],
    ['directory', 'dump-gz', 'structure', expect.arrayContaining(['oplog', 'admin.system.version'])],
  ])('is imported as a backup that restores as it was: %s, %s', async (kind, name, checked, leftOut) => {
    const { status, backup, error } = await importPath(pathOf(name), '--taken-at', '2026-01-02T03:04:05Z');
    expect([status, error]).toStrictEqual([0, null]);
    expect(backup).toMatchObject({
      ...{ status: 'completed', trigger: 'imported', policyId: null, createdAt: '2026-01-02T03:04:05.000Z' },
      origin: { kind, fileName: name, checked, withoutMetadata: 0 },
    });
    // Lists go by ids: it stands where it was taken.
    expect(backup.id.slice(0, 13)).toBe(uuid({ msecs: Date.parse(backup.createdAt) }).slice(0, 13));
    const { origin, namespaces } = await manifestOf(backup);
    expect(origin).toStrictEqual(backup.origin);
    expect(namespaces.some(({ database }) => database !== 'shop')).toBe(false);
    expect(origin?.leftOut).toStrictEqual(leftOut);
    await expectEqualCopy(backup.id);
  });

  it('may be the documents of one collection, with the metadata beside them or without', async () => {
    const path = join(folder.path, 'dump', 'shop', 'orders.bson');
    expect((await importPath(path)).error).toMatchObject({
      code: 'IMPORT_NAMESPACE_MISSING',
      hint: expect.stringContaining('--namespace shop.orders'),
    });
    const { backup } = await importPath(path, '--namespace', 'shop.orders');
    expect(backup.origin).toMatchObject({ kind: 'bson', checked: 'structure', withoutMetadata: 0 });
    const sent = await send(new Uint8Array(await readFile(path)), {
      namespace: 'shop.orders',
      fileName: 'orders.bson',
    });
    expect(sent).toMatchObject({ status: 201, body: { origin: { kind: 'bson', withoutMetadata: 1 } } });
    const [one, other] = [await manifestOf(backup), await manifestOf(sent.body as Backup)];
    expect(other.namespaces[0]?.fingerprint).toBe(one.namespaces[0]?.fingerprint);
    expect(one.namespaces[0]?.indexes.length).toBeGreaterThan(1);
    expect(other.namespaces[0]?.indexes.length).toBe(1);
  });

  it('may be a time-series, which goes by its own name', async () => {
    const path = join(pathOf('dump'), 'shop', 'system.buckets.pageLoads.bson');
    const { backup } = await importPath(path, '--namespace', 'shop.pageLoads');
    const [only] = (await manifestOf(backup)).namespaces;
    expect(only).toMatchObject({
      collection: 'pageLoads',
      type: 'timeseries',
      options: { timeseries: expect.anything() },
    });
    expect(only?.documents).toBeGreaterThan(0);
  });

  it('may come from standard input', async () => {
    const archive = await readFile(pathOf('shop.archive.gz'));
    const pieces = [archive.subarray(0, 1_000), archive.subarray(1_000)];
    const { status, backup } = await cli(['import', '-', '--deployment', 'default'], pieces);
    expect([status, backup.origin?.kind, backup.origin?.fileName]).toStrictEqual([0, 'archive-gzip', 'standard input']);
  });

  it('is recorded with who brought it, and no policy removes it', async () => {
    const { backup } = await importPath(pathOf('shop.archive'));
    const { events } = await holdfast.api.audit.search({ type: 'BackupImported', operationId: backup.id });
    expect(events[0]).toMatchObject({ actor: { kind: 'api-key', id: 'administrator' }, data: { policyId: null } });
  });
});

describe('an import that is under way', () => {
  /** Sends one half and then, when it is asked to, the other. */
  async function sendSlowly(deployment: string) {
    const archive = await readFile(pathOf('shop.archive'));
    const half = archive.length / 2;
    const address = new URL(`/api/imports?deployment=${deployment}&fileName=slow`, holdfast.served.url);
    const headers = {
      authorization: `Bearer ${holdfast.served.app.administratorKey}`,
      'content-length': archive.length,
    };
    const sender = request(address, { method: 'POST', headers });
    const answered = once(sender, 'response');
    sender.write(archive.subarray(0, half));
    const partials = () => readdir(join(holdfast.config.dataDir, 'backups', '.partial'));
    await until(partials, (files) => files.length === 1);
    return async () => {
      sender.end(archive.subarray(half));
      const [answer] = await answered;
      answer.resume();
      return answer.statusCode;
    };
  }

  it('is left alone while the destination is reconciled', async () => {
    const sendRest = await sendSlowly('default');
    const pass = await holdfast.api.destinations.reconcile({});
    expect(pass).toMatchObject({ removedPartials: [], problem: null });
    expect(await sendRest()).toBe(201);
  });

  it('leaves nothing behind when its deployment is removed meanwhile', async () => {
    const { id } = await holdfast.api.deployments.register({ name: 'temporary', uri: ledger.uri });
    const sendRest = await sendSlowly('temporary');
    await holdfast.api.deployments.remove({ id });
    expect(await sendRest()).toBe(404);
    await expectConsistent(holdfast.services, [source.client]);
  });
});

describe('an import while backups are encrypted', () => {
  it('is encrypted too, and restores as it was', async () => {
    const { encryption } = holdfast.api;
    const passphrase = 'correct horse battery staple';
    await encryption.createKey({ name: 'main' });
    const kit = await openKit((await encryption.issueKit({ passphrase })).content, passphrase);
    await encryption.confirmKit({ kitId: kit.kitId, code: kit.code });
    await encryption.setDefault({ key: 'main' });
    const { backup } = await importPath(pathOf('shop.archive'));
    expect(backup.encryption?.keys).toMatchObject([{ name: 'main' }]);
    await expect(manifestOf(backup)).rejects.toMatchObject({ reason: 'key-missing' });
    await expectEqualCopy(backup.id);
    await encryption.setDefault({ key: null });
  });
});

describe('a dump of 2,000 collections', () => {
  it('is imported from its directory with one file open at a time', async () => {
    const path = join(folder.path, 'many', 'shop');
    await mkdir(path, { recursive: true });
    const metadata = JSON.stringify({ options: {}, indexes: [], uuid: '', type: 'collection' });
    const data = serialize({ _id: 1, data: new Binary(Buffer.alloc(20_000, 1)) });
    for (let from = 0; from < 2_000; from += 100) {
      const names = Array.from({ length: 100 }, (_, n) => join(path, `c${from + n}`));
      await Promise.all(names.map((name) => writeFile(`${name}.bson`, data)));
      await Promise.all(names.map((name) => writeFile(`${name}.metadata.json`, metadata)));
    }
    let mostOpen = 0;
    let mostBytes = 0;
    const before = process.memoryUsage.rss();
    const looking = setInterval(() => {
      mostOpen = Math.max(mostOpen, openFilesIn(path));
      mostBytes = Math.max(mostBytes, process.memoryUsage.rss() - before);
    }, 5);
    const { backup, error } = await importPath(join(folder.path, 'many'));
    clearInterval(looking);
    expect(error).toBeNull();
    expect(backup).toMatchObject({ collections: 2_000, documents: 2_000 });
    expect(mostOpen).toBeLessThanOrEqual(2);
    expect(mostBytes).toBeLessThan(300_000_000);
  }, 120_000);
});

describe('what cannot be imported leaves nothing behind, and says why', () => {
  afterAll(async () => {
    await expectConsistent(holdfast.services, [source.client]);
  });

  it('a flipped bit, a cut, and what is no dump at all', async () => {
    const archive = await readFile(join(folder.path, 'shop.archive'));
    const packed = await readFile(join(folder.path, 'shop.archive.gz'));
    const at = archive.indexOf(Buffer.from('Commande n'));
    const cases: [Uint8Array<ArrayBuffer>, RegExp][] = [
      [flipped(archive, at), /the documents of shop\.archive\.2024\.orders do not match their checksum/],
      [new Uint8Array(archive.subarray(0, archive.length - 100_000)), /it ends early|not seen to their end/],
      [new Uint8Array(packed.subarray(0, packed.length - 10_000)), /gzip data of file are damaged.*ends early/],
      [flipped(packed, packed.length - 3), /gzip data of file are damaged|checksum/],
      [new Uint8Array(Buffer.from('{"not":"a dump"}')), /does not begin like a mongodump archive/],
      [new Uint8Array(0), /is empty/],
    ];
    for (const [body, words] of cases) {
      const sent = await send(body);
      expect(sent.status, String(words)).toBe(412);
      expect(sent.body).toMatchObject({ code: 'OPERATION_FAILED', details: { reason: 'import-unreadable' } });
      expect(String(sent.body.message)).toMatch(words);
    }
  });

  it('a flipped bit that the server sees while the command line still sends', async () => {
    const damaged = pathOf('damaged.archive');
    const bytes = await readFile(pathOf('shop.archive'));
    const at = bytes.indexOf('"options"');
    bytes.write('!', at);
    await writeFile(damaged, Buffer.concat([bytes, Buffer.alloc(60_000_000)]));
    const { status, error } = await importPath(damaged);
    expect([status, error.code, error.details.reason]).toStrictEqual([1, 'OPERATION_FAILED', 'import-unreadable']);
    expect(error.message).toContain('is damaged in its list of collections');
  });

  it('a damaged file of a directory, by name and byte', async () => {
    const path = join(folder.path, 'broken', 'shop');
    await mkdir(path, { recursive: true });
    const bytes = await readFile(join(folder.path, 'dump', 'shop', 'orders.bson'));
    await writeFile(join(path, 'orders.bson'), bytes.subarray(0, -7));
    const { status, error } = await importPath(join(folder.path, 'broken'));
    expect([status, error.details.reason]).toStrictEqual([1, 'import-unreadable']);
    expect(error.message).toMatch(/orders\.bson is damaged at byte \d+, in document \d+: the file ends within it/);
  });

  it('a small file that becomes a large one', async () => {
    const zeros = serialize({ zeros: new Binary(Buffer.alloc(8_000_000)) });
    const namespaces = [{ database: 'shop', collection: 'zeros', documents: Array.from({ length: 30 }, () => zeros) }];
    const bomb = gzipSync(await generateDump(namespaces));
    expect(bomb.length).toBeLessThan(1_000_000);
    const sent = await send(new Uint8Array(bomb));
    expect(sent).toMatchObject({ status: 413, body: { code: 'IMPORT_TOO_LARGE', details: { maxBytes: 200_000_000 } } });
  });

  it('a stranger’s, of whose body little is taken', async () => {
    const { url } = holdfast.served;
    const sender = request(new URL('/api/imports', url), { method: 'POST', headers: { origin: url } });
    const answered = once(sender, 'response');
    let isOver = false;
    const closed = new Promise<void>((resolve) => {
      sender.once('close', resolve).on('error', () => resolve());
    }).then(() => {
      isOver = true;
    });
    const [piece, most] = [Buffer.alloc(1024 * 1024), 400];
    let sent = 0;
    for (; sent < most && !isOver; sent += 1) {
      if (!sender.write(piece)) await Promise.race([once(sender, 'drain').catch(() => undefined), closed]);
    }
    const [answer] = await answered;
    expect(answer.statusCode).toBe(401);
    // As much as is discarded, what the HTTP server takes then, and what is on its way.
    expect(sent).toBeLessThan(150);
    sender.destroy();
  });

  it('nobody’s, of no deployment, without its collection, only with users and roles', async () => {
    const archive = new Uint8Array(gunzipSync(await readFile(join(folder.path, 'shop.archive.gz'))));
    const nobody = await fetch(new URL('/api/imports', holdfast.served.url), {
      method: 'POST',
      body: archive,
      headers: { origin: holdfast.served.url, connection: 'close' },
    });
    expect(nobody.status).toBe(401);
    expect(await send(archive, { deployment: 'none' })).toMatchObject({
      status: 404,
      body: { code: 'DEPLOYMENT_NOT_FOUND' },
    });
    expect(await send(new Uint8Array(serialize({ a: 1 })))).toMatchObject({
      body: { code: 'IMPORT_NAMESPACE_MISSING' },
    });
    expect(await send(archive, { namespace: 'shop' })).toMatchObject({ status: 400 });
    const users = await generateDump([{ database: 'admin', collection: 'system.users', documents: [] }]);
    expect((await send(new Uint8Array(users))).body.message).toContain('no collection but admin.system.users');
  });

  it('the half of a sender that goes away', async () => {
    const archive = await readFile(join(folder.path, 'shop.archive'));
    const address = new URL('/api/imports?deployment=default&fileName=half', holdfast.served.url);
    const headers = {
      authorization: `Bearer ${holdfast.served.app.administratorKey}`,
      'content-length': archive.length,
    };
    const sender = request(address, { method: 'POST', headers });
    sender.on('error', () => {});
    sender.write(archive.subarray(0, archive.length / 2));
    await until(
      () => holdfast.services.imports.all(),
      (running) => running.length === 1,
    );
    sender.destroy();
    await until(
      () => holdfast.services.imports.all(),
      (running) => running.length === 0,
    );
  });
});

describe('a server that is killed', () => {
  it.each([
    ['mid-stream', 0],
    ['sealed', 1],
    ['renamed', 1],
  ] as const)('at %s leaves %i backups once it runs again, and nothing else', async (point, backups) => {
    await using data = await mkdtempDisposable(join(tmpdir(), 'holdfast-import-killed-'));
    const failpoints = join(data.path, 'failpoints');
    await mkdir(failpoints);
    const env = { LEDGER_URI: ledger.uri, MONGODB_URI: source.uri, HOLDFAST_FAILPOINTS: failpoints };
    await holdfast.close();
    await ledger.client.db('holdfast').dropDatabase();
    const dataDir = join(data.path, 'data');
    const before = await startHoldfastProcess({ env, dataDir });
    await writeFile(join(failpoints, point), '');
    const address = new URL('/api/imports?deployment=default&fileName=shop.archive', before.url);
    const body = new Uint8Array(await readFile(join(folder.path, 'shop.archive')));
    const sent = fetch(address, { method: 'POST', body, headers: { authorization: `Bearer ${before.key}` } });
    await Promise.all([
      expect(sent).rejects.toThrow(),
      until(
        () => readdir(failpoints),
        (files) => files.includes(`${point}.reached`),
      )
        .then(() => before.client.destinations.reconcile.mutate({}))
        // Neither removed nor called unknown, however far it is.
        .then((pass) => expect(pass).toMatchObject({ removedPartials: [], unknown: [], problem: null }))
        .finally(() => before.end('SIGKILL')),
    ]);
    await using after = await startHoldfastProcess({ env: { ...env, HOLDFAST_FAILPOINTS: '' }, dataDir });
    const { items } = await after.client.backups.list.query({});
    expect(items.map(({ status, trigger }) => [status, trigger])).toStrictEqual(
      Array.from({ length: backups }, () => ['completed', 'imported']),
    );
    const files = await readdir(join(dataDir, 'backups'), { recursive: true, withFileTypes: true });
    const kept = files.filter((file) => file.isFile() && !file.name.startsWith('.')).map(({ name }) => name);
    expect(kept.filter((name) => name.endsWith('.zip'))).toHaveLength(backups);
    expect(await ledger.client.db('holdfast').collection('imports').countDocuments()).toBe(0);
    for (const { id } of items) await after.client.backups.verify.mutate({ id });
    const pass = await after.client.destinations.reconcile.mutate({});
    expect(pass).toMatchObject({ removedPartials: [], unknown: [], problem: null, archives: backups });
  });
});

/** Of this process, as the system sees it. */
function openFilesIn(path: string): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(path);
    } catch {
      return false;
    }
  }).length;
}

function flipped(bytes: Buffer, at: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}
