// What mongodump and mongorestore do to those who trust them: first the plain command, then Holdfast.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtempDisposable, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { OperationFailure } from '@holdfast/shared/failures';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openArchive } from '../../archive/open-archive.ts';
import { parseConnectionString } from '../../engine/connection-string.ts';
import { startDump } from '../../engine/start-dump.ts';
import { archiveSource } from '../../storage/archive-source.ts';
import { startHoldfast, type TestHoldfast } from '../holdfast.ts';
import { startReplicaSet, type TestMongo } from '../mongo.ts';
import { type TestTools, testTools } from '../tools.ts';

const run = promisify(execFile);

let mongo: TestMongo;
let tools: TestTools;
let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
let holdfast: TestHoldfast;

beforeAll(async () => {
  [mongo, tools] = await Promise.all([startReplicaSet({ auth: true }), testTools()]);
  folder = await mkdtempDisposable(join(tmpdir(), 'holdfast-pitfalls-'));
  const shop = mongo.client.db('shop');
  await shop.collection('orders').insertMany(Array.from({ length: 3_000 }, (_, n) => ({ n, text: 'x'.repeat(8_000) })));
  await shop.collection('stores').insertMany([{ name: 'one' }, { name: 'two' }]);
  holdfast = await startHoldfast({ mongodbUri: mongo.uri });
});
afterAll(async () => {
  await holdfast?.[Symbol.asyncDispose]();
  await folder?.remove();
  await mongo?.stop();
});

async function backedUp(deploymentId = 'default') {
  const { id } = await holdfast.api.backups.request({ deploymentId });
  return holdfast.backupEnd(id);
}

const never = new AbortController().signal;
const dump = (signal = never, mongodumpPath = tools.mongodump) =>
  startDump({ mongodumpPath, address: parseConnectionString(mongo.uri), database: 'shop', signal });

describe('a database that does not exist', () => {
  it('is dumped by mongodump with exit 0', async () => {
    const file = join(folder.path, 'missing.archive');
    await run(tools.mongodump, [`--uri=${mongo.uri}`, '--db=shpo', `--archive=${file}`]);
    expect((await stat(file)).size).toBeLessThan(1_000);
  });

  it('fails the backup', async () => {
    const uri = mongo.uri.replace('/?', '/shpo?');
    const { id } = await holdfast.api.deployments.register({ name: 'typo', uri });
    expect(await backedUp(id)).toMatchObject({ status: 'failed', error: { reason: 'database-missing' } });
  });
});

describe('a misspelt collection', () => {
  it('is restored by mongorestore as nothing, with exit 0', async () => {
    const file = join(folder.path, 'shop.archive');
    await run(tools.mongodump, [`--uri=${mongo.uri}`, '--db=shop', '--collection=stores', `--archive=${file}`]);
    await mongo.client.db('shop').collection('stores').deleteMany({});
    const { stderr } = await run(tools.mongorestore, [
      `--uri=${mongo.uri}`,
      `--archive=${file}`,
      '--nsInclude=shop.store',
    ]);
    expect(stderr).toContain('0 document(s) restored successfully. 0 document(s) failed');
    expect(await mongo.client.db('shop').collection('stores').countDocuments()).toBe(0);
    await run(tools.mongorestore, [`--uri=${mongo.uri}`, `--archive=${file}`]);
  });

  it('is refused by name', async () => {
    const backup = await backedUp();
    const misspelt = holdfast.api.restores.plan({ backupId: backup.id, namespaces: ['shop.store'] });
    await expect(misspelt).rejects.toThrow('shop.store');
  });
});

describe('a dump that ends with 3', () => {
  const fixture = new URL('../../engine/fixtures/exits-3-after-output.ts', import.meta.url).pathname;

  it('is a success to a pipeline from its output', async () => {
    const child = spawn(process.execPath, [fixture], { stdio: ['ignore', 'pipe', 'ignore'] });
    const ended = once(child, 'exit');
    await pipeline(child.stdout, createWriteStream(join(folder.path, 'looks-whole')));
    expect((await ended)[0]).toBe(3);
  });

  it('is a failure', async () => {
    const { mongodump } = await wrapped('exit 3');
    const started = dump(never, mongodump);
    started.stdout.resume();
    await expect(started.exited).rejects.toThrow(OperationFailure);
  });
});

/** The real tool, and then what else its shell does. */
async function wrapped(then: string): Promise<{ mongodump: string }> {
  const mongodump = join(folder.path, 'mongodump');
  await writeFile(mongodump, `#!/bin/sh\n'${tools.mongodump}' "$@"\n${then}\n`, { mode: 0o755 });
  return { mongodump };
}

describe('SIGTERM to a dump that nobody reads', () => {
  it('leaves mongodump running', async () => {
    const child = spawn(tools.mongodump, [`--uri=${mongo.uri}`, '--archive'], { stdio: ['ignore', 'pipe', 'ignore'] });
    await once(child.stdout, 'readable');
    // Until the pipe is full.
    await delay(1_000);
    child.kill('SIGTERM');
    await delay(3_000);
    expect([child.exitCode, child.signalCode]).toStrictEqual([null, null]);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  });

  it('is followed by what ends it, within two seconds', async () => {
    const controller = new AbortController();
    const started = dump(controller.signal);
    await once(started.stdout, 'readable');
    const asked = performance.now();
    controller.abort(new Error('no longer wanted'));
    await expect(started.exited).rejects.toThrow('no longer wanted');
    expect(performance.now() - asked).toBeLessThan(2_500);
    expect(() => process.kill(started.pid, 0)).toThrow('ESRCH');
  });
});

describe('the password of a connection string', () => {
  const password = () => new URL(mongo.uri).password;
  const argumentsOf = (pid: number | undefined) => readFile(`/proc/${pid}/cmdline`, 'utf8');

  it('can be read by everybody in the arguments of mongodump', async () => {
    const child = spawn(tools.mongodump, [`--uri=${mongo.uri}`, '--archive'], { stdio: ['ignore', 'pipe', 'ignore'] });
    await once(child, 'spawn');
    expect(await argumentsOf(child.pid)).toContain(password());
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  });

  it('is in no argument', async () => {
    const controller = new AbortController();
    const started = dump(controller.signal);
    await once(started.stdout, 'readable');
    const text = await argumentsOf(started.pid);
    expect(text).toContain('--archive');
    expect(text).not.toContain(password());
    controller.abort();
    await started.exited.catch(() => undefined);
  });
});

describe('a dump with its oplog', () => {
  it('is broken off by a rename', async () => {
    const renaming = new AbortController();
    const renames = renameOnAndOn(renaming.signal);
    const file = join(folder.path, 'oplog.archive');
    const failed = run(tools.mongodump, [`--uri=${mongo.uri}`, '--oplog', `--archive=${file}`]);
    await expect(failed).rejects.toMatchObject({ code: 1 });
    renaming.abort();
    await renames;
  });

  it('refuses to give one collection back at the time that it is for, or gives a fuzzy one with exit 0', async () => {
    const file = join(folder.path, 'whole.archive');
    await run(tools.mongodump, [`--uri=${mongo.uri}`, '--oplog', `--archive=${file}`]);
    const restore = (...more: string[]) =>
      run(tools.mongorestore, [
        `--uri=${mongo.uri}`,
        `--archive=${file}`,
        '--drop',
        '--nsInclude=shop.stores',
        ...more,
      ]);
    await expect(restore('--oplogReplay')).rejects.toMatchObject({ code: 1 });
    expect((await restore()).stderr).not.toMatch(/oplog/i);
  });

  it('is not needed for a backup that goes on through renames, and says what its consistency is', async () => {
    const renaming = new AbortController();
    const renames = renameOnAndOn(renaming.signal);
    const backup = await backedUp();
    renaming.abort();
    await renames;
    expect(backup).toMatchObject({ status: 'completed', error: null });
    const { manifest } = await openArchive(
      await archiveSource(holdfast.services.destinations.main, backup.filePath ?? ''),
    );
    expect(manifest.consistency).toBe('per-collection');
    expect(manifest.namespaces.map(({ collection }) => collection)).toEqual(
      expect.arrayContaining(['orders', 'stores']),
    );
  });
});

/** A collection that has another name all the time, and none of them twice: it was called so, or it is. */
async function renameOnAndOn(signal: AbortSignal): Promise<void> {
  const db = mongo.client.db('churn');
  await db.collection('c0').insertOne({});
  for (let n = 0; !signal.aborted; n += 1) {
    await db.collection(`c${n}`).rename(`c${n + 1}`);
    await delay(5);
  }
  await db.dropDatabase();
}
