import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compareWithRecord, recordDatabase } from '../sample/compare-databases.ts';
import { loadSample } from '../sample/load-sample.ts';
import { startReplicaSet } from '../testing/mongo.ts';
import { lineOf, startHoldfast } from './testing/holdfast-process.ts';

let folder: string;
let scratch: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-demo-test-'));
  scratch = await mkdtemp(join(folder, 'tmp-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

it('ends with 0 when everything is what it was, having seen the damage in between, and leaves nothing behind', async () => {
  const { status, stdout } = await startHoldfast(['demo'], environment()).ended;
  expect(status).toBe(0);
  expect(stdout).toMatch(/Compared with what was written down: [1-9][\d,]+ differences\./);
  expect(stdout).toMatch(/Equal: 17 collections, 25,531 documents \(18\.9 MB\) and 45 indexes\./);
  expect(stdout).toMatch(/^ +\d+ +RestoreCompleted .* [0-9a-f]{12} +[0-9a-f]{12}$/m);
  expect(stdout).toMatch(/The chain is whole: \d+ events/);
  expect(await readdir(scratch)).toEqual([]);
}, 180_000);

it('ends with 1 and names the document when one byte was altered', async () => {
  const { status, stdout, stderr } = await startHoldfast(['demo', '--sabotage', '--json'], environment()).ended;
  expect(status).toBe(1);
  const { code, details } = JSON.parse(stderr);
  expect([code, details.differences]).toEqual([
    'NOT_EQUAL',
    [expect.objectContaining({ kind: 'document-differs', id: expect.stringContaining('$oid') })],
  ]);
  expect(JSON.parse(stdout)).toMatchObject({ equal: false, chainIntact: true });
}, 180_000);

it("restores a user's database into a copy, compares, drops the copy, and changes nothing else", async () => {
  await using mongo = await startReplicaSet({ auth: true });
  await loadSample(mongo.client as never, 'mine');
  const record = await recordDatabase(mongo.client as never, 'mine', { spoolDirectory: join(folder, 'record') });
  const uri = new URL(mongo.uri);
  uri.pathname = '/mine';
  await writeFile(join(folder, 'uri'), uri.href);
  const { status, stdout, stderr } = await startHoldfast(['demo', '--uri-file', 'uri'], environment()).ended;
  expect([status, stderr]).toEqual([0, expect.not.stringContaining('Error')]);
  expect(stdout).toMatch(/Compare mine with mine_restored_\w+, every document and index byte for byte/);
  expect(stdout).not.toContain(uri.password);
  expect(await compareWithRecord(mongo.client as never, 'mine', record)).toMatchObject({ equal: true });
  const { databases } = await mongo.client.db().admin().listDatabases();
  expect(databases.map(({ name }) => name)).toEqual(['admin', 'config', 'local', 'mine']);
}, 180_000);

it('refuses a password among the arguments', async () => {
  const { status, stderr } = await startHoldfast(['demo', '--uri', 'mongodb://u:p4ss@127.0.0.1/x'], environment())
    .ended;
  expect([status, stderr]).toEqual([2, expect.stringContaining('--uri-file')]);
  expect(stderr).not.toContain('p4ss');
});

it.each([
  ['while it starts', /Start a server/],
  ['while it backs up', /Back it up/],
  ['while it restores', /Restore it in place/],
])(
  'ends with 130 on Ctrl-C %s, and leaves nothing behind',
  async (_when, line) => {
    const demo = startHoldfast(['demo'], environment());
    await lineOf(demo, line);
    demo.child.kill('SIGINT');
    const { status, stderr } = await demo.ended;
    expect([status, stderr]).toEqual([130, expect.stringContaining('Interrupted.')]);
    expect(await readdir(scratch)).toEqual([]);
  },
  180_000,
);

function environment() {
  return { ...process.env, TMPDIR: scratch, INIT_CWD: folder, NODE_OPTIONS: undefined };
}
