import { setTimeout as delay } from 'node:timers/promises';
import type { BackupId } from '@holdfast/shared/ids';
import { MongoClient } from 'mongodb';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { until } from '../testing/until.ts';
import {
  type ArchiveLease,
  archiveLeases,
  LeaseLost,
  type StoredArchiveLease,
  shareArchive,
  takeArchive,
} from './archive-leases.ts';

let mongo: TestMongo;
let client: MongoClient;
beforeAll(async () => {
  mongo = await startReplicaSet();
  client = new MongoClient(mongo.uri);
});
afterAll(async () => {
  await client.close();
  await mongo.stop();
});

const archive = 'archive' as BackupId;
const inUse = (by: string) => ({ code: 'ARCHIVE_IN_USE', details: { id: archive, by } });

function collectionOf(name: string) {
  return client.db('archive-leases').collection<StoredArchiveLease>(name);
}

/** What a server has; its leases never run out unless it is told otherwise. */
function server(name: string, { worker = 'one/boot', leaseMs = 3_600_000 } = {}) {
  const leases = archiveLeases(collectionOf(name), { leaseMs, worker });
  return { archiveLeases: leases, logger: pino({ level: 'silent' }) };
}

it('many share an archive, and nobody can delete it until the last of them is done', async () => {
  const one = server('shared');
  const readers: ArchiveLease[] = [];
  for (const kind of ['verify', 'restore', 'copy', 'download'] as const)
    readers.push(await shareArchive(one, archive, { kind }));
  await expect(takeArchive(one, archive)).rejects.toMatchObject(inUse('verify'));
  for (const reader of readers.slice(1)) await reader[Symbol.asyncDispose]();
  await expect(takeArchive(one, archive)).rejects.toMatchObject(inUse('verify'));
  await readers[0]?.[Symbol.asyncDispose]();
  await using _deletion = await takeArchive(one, archive);
  await expect(shareArchive(one, archive, { kind: 'restore' })).rejects.toMatchObject(inUse('delete'));
  await using _other = await takeArchive(one, 'another' as BackupId);
});

it('of readers and deletions that begin at once on several servers, only one kind wins', async () => {
  const servers = ['one/a', 'two/b', 'three/c'].map((worker) => server('race', { worker }));
  for (let round = 0; round < 20; round += 1) {
    const id = `race-${round}` as BackupId;
    const shared = servers.flatMap((one) => [one, one].map(() => shareArchive(one, id, { kind: 'download' })));
    const taken = servers.map((one) => takeArchive(one, id));
    const [readers, deletions] = await Promise.all([Promise.allSettled(shared), Promise.allSettled(taken)]);
    const won = [readers, deletions].map((all) => all.filter(({ status }) => status === 'fulfilled').length);
    expect([
      [shared.length, 0],
      [0, 1],
    ]).toContainEqual(won);
    for (const one of [...readers, ...deletions])
      if (one.status === 'fulfilled') await one.value[Symbol.asyncDispose]();
  }
  expect(await collectionOf('race').countDocuments()).toBe(0);
});

it('a lease is renewed for as long as it is held', async () => {
  const one = server('renewed', { leaseMs: 300 });
  await using reader = await shareArchive(one, archive, { kind: 'verify' });
  await delay(1_200);
  await expect(takeArchive(server('renewed'), archive)).rejects.toMatchObject(inUse('verify'));
  expect(reader.signal.aborted).toBe(false);
});

it('one that is not renewed any more is nobody’s, and its holder is told', async () => {
  const one = server('lost', { leaseMs: 300 });
  const hangs = { ...one, archiveLeases: { ...one.archiveLeases, renew: () => new Promise<boolean>(() => undefined) } };
  const reader = await shareArchive(hangs, archive, { kind: 'verify' });
  await until(
    async () => reader.signal.aborted,
    (aborted) => aborted,
  );
  expect(reader.signal.reason).toBeInstanceOf(LeaseLost);
  const deletion = await until(
    () => takeArchive(server('lost'), archive).catch(() => null),
    (lease) => lease !== null,
  );
  const [held] = await collectionOf('lost').find().toArray();
  expect(held?.holders.map(({ kind }) => kind)).toStrictEqual(['delete']);
  await deletion?.[Symbol.asyncDispose]();
});

it('what an earlier process of the same data folder held is forgotten, others’ is not', async () => {
  const earlier = server('forget', { worker: 'one/earlier' });
  const other = server('forget', { worker: 'one-other/boot' });
  await shareArchive(earlier, archive, { kind: 'copy' });
  await using _others = await shareArchive(other, 'another' as BackupId, { kind: 'copy' });
  const now = server('forget', { worker: 'one/now' });
  await using _own = await shareArchive(now, 'third' as BackupId, { kind: 'copy' });
  await now.archiveLeases.forgetEarlier('one');
  const left = await collectionOf('forget').find().sort({ _id: 1 }).toArray();
  expect(left.map(({ _id }) => _id)).toStrictEqual(['another', 'third']);
});
