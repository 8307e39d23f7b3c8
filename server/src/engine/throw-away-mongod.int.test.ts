// The mongod of a restore test: reachable through its private folder only, and gone with everything once it is not needed.
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testTools } from '../testing/tools.ts';
import { connectDeployment } from './inspect-deployment.ts';
import { processStartTime, type RecordedProcess } from './orphan-process.ts';
import { removeThrowAways, startThrowAwayMongod } from './throw-away-mongod.ts';

let parent: string;
let mongodPath: string;
beforeAll(async () => {
  parent = join(tmpdir(), `holdfast-throw-away-${process.pid}`);
  mongodPath = (await testTools()).mongod;
});
afterAll(() => rm(parent, { recursive: true, force: true }));

const never = new AbortController().signal;

/** Inodes of the TCP sockets that listen anywhere. */
async function listening(): Promise<Set<string>> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8')));
  const rows = tables.flatMap((table) => table.split('\n').map((row) => row.trim().split(/\s+/)));
  return new Set(rows.filter((row) => row[3] === '0A').map((row) => row[9] ?? ''));
}

async function socketsOf(pid: number): Promise<string[]> {
  const names = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')));
  return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
}

describe('a throw-away mongod', () => {
  it('listens on no port, in a folder for this user only, and leaves nothing', async () => {
    const folder = join(parent, 'one');
    const { onStarted, started } = startedProcess();
    const mongod = await startThrowAwayMongod({ mongodPath, folder, signal: never, onStarted });
    const { pid } = await started;
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    const everywhere = await listening();
    expect((await socketsOf(pid)).filter((inode) => everywhere.has(inode))).toStrictEqual([]);
    const log = await readFile(join(folder, 'mongod.log'), 'utf8');
    const addresses = [...log.matchAll(/"Listening on","attr":{"address":"([^"]+)"/g)].map(([, address]) => address);
    expect(addresses.every((address) => address?.startsWith(folder))).toBe(true);
    {
      await using client = await connectDeployment(mongod.address);
      await client.db('shop').collection('a').insertOne({ a: 1 });
    }
    await mongod[Symbol.asyncDispose]();
    expect(await processStartTime(pid)).toBe('');
    expect(await readdir(parent)).toStrictEqual([]);
  });

  it.each([
    ['too long', 'long'.repeat(30)],
    ['in capitals', 'Data'],
    ['of signs that mean something in an address', 'a,b%3a[c]:d'],
  ])('has its socket elsewhere where the path is %s, and that goes too', async (_, name) => {
    const folder = join(parent, name);
    const mongod = await startThrowAwayMongod({ mongodPath, folder, signal: never });
    const elsewhere = await readFile(join(folder, 'socket-folder'), 'utf8');
    expect(elsewhere).toBe(elsewhere.toLowerCase());
    expect((await stat(elsewhere)).mode & 0o777).toBe(0o700);
    await mongod[Symbol.asyncDispose]();
    await expect(stat(elsewhere)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await readdir(parent)).toStrictEqual([]);
  });

  it('that a killed server left is ended and removed by the next one', async () => {
    const { onStarted, started } = startedProcess();
    const folder = join(parent, 'left');
    const mongod = await startThrowAwayMongod({ mongodPath, folder, signal: never, onStarted });
    await mkdir(join(parent, 'begun'));
    expect((await removeThrowAways(parent)).sort()).toStrictEqual(['begun', 'left']);
    expect(await processStartTime((await started).pid)).toBe('');
    expect(mongod.lost.aborted || (await aborted(mongod.lost))).toBe(true);
    expect(mongod.lost.reason).toMatchObject({ reason: 'tool-killed' });
    expect(await readdir(parent)).toStrictEqual([]);
  });

  it('is told of before it answers, so that whoever watches it can end it', async () => {
    const { onStarted, started } = startedProcess();
    const stop = new AbortController();
    const script = join(tmpdir(), `holdfast-silent-${process.pid}`);
    await writeFile(script, '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 });
    const options = { mongodPath: script, folder: join(parent, 'silent'), signal: stop.signal, onStarted };
    const starting = startThrowAwayMongod(options);
    expect(await processStartTime((await started).pid)).not.toBe('');
    stop.abort(new Error('enough'));
    await expect(starting).rejects.toThrow('enough');
    expect(await processStartTime((await started).pid)).toBe('');
    await rm(script);
  });

  it('has nothing removed but what it makes, whatever its note says', async () => {
    const others = await mkdtemp(join(tmpdir(), 'holdfast-'));
    const alike = join(others, 'holdfast-0123456789abcdef');
    await mkdir(alike);
    for (const [index, note] of [others, alike, `${tmpdir()}/../${alike}`].entries()) {
      await mkdir(join(parent, `noted-${index}`), { recursive: true });
      await writeFile(join(parent, `noted-${index}`, 'socket-folder'), note);
    }
    expect(await removeThrowAways(parent)).toHaveLength(3);
    expect(await readdir(others)).toStrictEqual(['holdfast-0123456789abcdef']);
    await rm(others, { recursive: true });
  });

  it('that does not come up says why, and leaves nothing', async () => {
    const folder = join(parent, 'no');
    const starting = startThrowAwayMongod({ mongodPath: '/bin/false', folder, signal: never });
    await expect(starting).rejects.toMatchObject({ reason: 'tool-failed' });
    expect(await readdir(parent)).toStrictEqual([]);
  });

  it('that does not come up says it in mongod’s own words', async () => {
    const folder = join(parent, 'full');
    // Its data folder is taken away right before it starts.
    const script = join(parent, 'mongod');
    await mkdir(parent, { recursive: true });
    await writeFile(script, `#!/bin/sh\nrm -r "$2"\nexec "${mongodPath}" "$@"\n`, { mode: 0o755 });
    const starting = startThrowAwayMongod({ mongodPath: script, folder, signal: never });
    await expect(starting).rejects.toMatchObject({
      message: expect.stringMatching(/It says: .*(db|NonExistentPath)/i),
    });
    await rm(script);
    expect(await readdir(parent)).toStrictEqual([]);
  });
});

function startedProcess() {
  const { promise: started, resolve: onStarted } = Promise.withResolvers<RecordedProcess>();
  return { started, onStarted };
}

function aborted(signal: AbortSignal): Promise<true> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(true)));
}
