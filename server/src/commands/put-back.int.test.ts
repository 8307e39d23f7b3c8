import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backup } from '@holdfast/shared/backup';
import { Decimal128, Double, Long, Timestamp } from 'bson';
import type { Collection, Document } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../create-logger.ts';
import { endAbandonedPutBacks } from '../runner/abandoned-put-backs.ts';
import { expectConsistent } from '../testing/expect-consistent.ts';
import { failCommand } from '../testing/fail-point.ts';
import { startHoldfast, type TestHoldfast, tester } from '../testing/holdfast.ts';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { until } from '../testing/until.ts';
import { execute } from './execute.ts';

let source: TestMongo;
let holdfast: TestHoldfast;
let orders: Collection<Document>;
let backup: Backup;
let failpoints: string;
const log: string[] = [];
const megabytes = (letter: string) => `secret-${letter}`.repeat(1_125_000);
const documents = [
  { _id: 1, n: new Double(1), tags: ['a'] },
  { _id: { b: 1, a: 2 }, n: Long.fromNumber(5), at: new Timestamp({ t: 0, i: 0 }) },
  { _id: 'three', n: Decimal128.fromString('1.500'), 10: 'x', 2: 'y' },
  { _id: 4, email: 'a@example.org' },
] as Document[];

beforeAll(async () => {
  failpoints = await mkdtemp(join(tmpdir(), 'holdfast-put-back-'));
  source = await startReplicaSet();
  const shop = source.client.db('shop');
  orders = shop.collection('orders');
  await orders.insertMany(documents.slice(0, 1));
  await orders.updateOne({ _id: documents[1]?._id }, { $set: { n: documents[1]?.n } }, { upsert: true });
  await orders.updateOne({ _id: documents[1]?._id }, [{ $set: { at: { $literal: documents[1]?.at } } }]);
  await orders.insertMany(documents.slice(2));
  await shop.createCollection('recent', { viewOn: 'orders', pipeline: [] });
  await shop.collection('big').insertMany([1, 2, 3, 4].map((_id) => ({ _id: _id as never, text: megabytes('a') })));
  const logger = createLogger('debug', { write: (line) => void log.push(line) });
  const config = { failpointsDir: failpoints };
  holdfast = await startHoldfast({ mongodbUri: source.uri, ledgerUri: source.uri, logger, config });
  const { id } = await holdfast.api.backups.request({ deploymentId: 'default' });
  backup = await holdfast.backupEnd(id);
  expect(backup.status).toBe('completed');
});
beforeEach(async () => {
  await orders.dropIndexes();
});
afterAll(async () => {
  if (holdfast !== undefined) await expectConsistent(holdfast.services, [source.client]);
  await holdfast?.[Symbol.asyncDispose]();
  await source?.stop();
  await rm(failpoints, { recursive: true, force: true });
});

const where = () => ({ backupId: backup.id, namespace: 'shop.orders' });
const plan = (...positions: number[]) => holdfast.api.restores.planPutBack({ ...where(), positions });
const putBack = (changes: readonly { position: number; liveDigest: string | null }[], namespace = 'shop.orders') =>
  holdfast.api.restores.putBack({
    ...where(),
    namespace,
    documents: changes.map(({ position, liveDigest }) => ({ position, liveDigest })),
  });

async function bytesById(): Promise<Map<string, string>> {
  const all = await orders.find({}, { raw: true }).toArray();
  return new Map(
    all.map((bytes, index) => [String(index), Buffer.from(bytes as unknown as Uint8Array).toString('hex')]),
  );
}

describe('documents that are put back', () => {
  it('are shown beside the live ones, then written as the bytes that they were', async () => {
    const before = [...(await bytesById()).values()].sort();
    await orders.deleteOne({ _id: 'three' as never });
    await orders.updateOne({ _id: 1 as never }, { $set: { n: 7 }, $unset: { tags: 1 } });
    await orders.updateOne({ _id: documents[1]?._id }, { $set: { at: 'now' } });
    const { changes } = await plan(0, 1, 2, 3);
    expect(changes.map(({ action }) => action)).toStrictEqual(['replace', 'replace', 'insert', 'same']);
    expect(changes[0]?.live).toContain('"n":{"$numberInt":"7"}');
    expect(changes[0]?.inBackup).toContain('"n":{"$numberDouble":"1.0"}');
    const { outcomes, recordProblem } = await putBack(changes);
    expect(recordProblem).toBeNull();
    expect(outcomes.map(({ outcome }) => outcome)).toStrictEqual(['replaced', 'replaced', 'inserted', 'same']);
    expect(outcomes[0]?.replaced).toBe(changes[0]?.live);
    expect([...(await bytesById()).values()].sort()).toStrictEqual(before);
  });

  it('leave no word of what they hold in the ledger, but that it happened', async () => {
    const { events } = await holdfast.api.audit.search({ type: 'DocumentsPutBack' });
    const ofBackup = { backupId: backup.id, deploymentId: backup.deploymentId };
    const putBackId = expect.any(String);
    expect(events.map(({ data }) => data)).toStrictEqual([
      { ...ofBackup, putBackId, namespace: 'shop.orders', inserted: 1, replaced: 2 },
    ]);
    const { worker } = holdfast.services;
    const story = await holdfast.api.audit.search({ operationId: events[0]?.data.putBackId as string });
    expect(story.events.map(({ type, data, actor }) => ({ type, data, actor }))).toStrictEqual([
      { type: 'DocumentsPutBack', data: events[0]?.data, actor: tester },
      {
        ...{ type: 'PutBackStarted', actor: tester },
        data: { ...ofBackup, putBackId, worker, namespace: 'shop.orders', documents: 4 },
      },
    ]);
  });

  it('never go over what was written since they were shown', async () => {
    await orders.updateOne({ _id: 1 as never }, { $set: { n: 8 } });
    const { changes } = await plan(0);
    await orders.updateOne({ _id: 1 as never }, { $set: { n: 9 } });
    const { outcomes } = await putBack(changes);
    expect(outcomes).toStrictEqual([{ position: 0, outcome: 'changed', replaced: null, problem: null }]);
    expect((await orders.findOne({ _id: 1 as never }))?.n).toBe(9);
  });

  it('are refused by a unique index, by name of the document', async () => {
    await orders.deleteOne({ _id: 4 as never });
    await orders.insertOne({ _id: 40 as never, email: 'a@example.org' });
    await orders.createIndex({ email: 1 }, { unique: true, partialFilterExpression: { email: { $type: 'string' } } });
    const { changes } = await plan(3);
    const { outcomes } = await putBack(changes);
    const problem = 'A unique index holds one of its values in another document.';
    expect(outcomes).toStrictEqual([{ position: 3, outcome: 'refused', replaced: null, problem }]);
  });

  it('are refused for views, for what is not there, and for numbers that the collection does not have', async () => {
    const view = holdfast.api.restores.planPutBack({ backupId: backup.id, namespace: 'shop.recent', positions: [0] });
    await expect(view).rejects.toThrow('it is a view');
    await expect(plan(99)).rejects.toThrow('no document number 99');
    await orders.rename('elsewhere');
    await expect(plan(0)).rejects.toThrow('has no such collection');
    await source.client.db('shop').collection('elsewhere').rename('orders');
  });

  it('are refused when they and the live ones are more than fit into memory', async () => {
    const plan = (positions: number[]) =>
      holdfast.api.restores.planPutBack({ backupId: backup.id, namespace: 'shop.big', positions });
    const changes = [0, 1, 2, 3].map((position) => ({ position, liveDigest: null }));
    await expect(plan([0, 1])).rejects.toMatchObject({ cause: { code: 'PUT_BACK_TOO_LARGE' } });
    await expect(putBack(changes, 'shop.big')).rejects.toMatchObject({ cause: { code: 'PUT_BACK_TOO_LARGE' } });
    expect((await plan([0])).changes.map(({ action }) => action)).toStrictEqual(['same']);
  });

  it('are left when they and the live one are too much for one step of the server, and no log holds them', async () => {
    const big = source.client.db('shop').collection('big');
    await big.updateOne({ _id: 1 as never }, { $set: { text: megabytes('b') } });
    const plan = { backupId: backup.id, namespace: 'shop.big', positions: [0] };
    const { changes } = await holdfast.api.restores.planPutBack(plan);
    const { outcomes } = await putBack(changes, 'shop.big');
    expect(outcomes).toMatchObject([
      { outcome: 'too-large', replaced: null, problem: expect.stringMatching(/together/) },
    ]);
    // The server's own words hold the value, those in the log do not.
    const twin = big.insertOne({ _id: 1 as never }).catch((err: unknown) => err);
    holdfast.services.logger.error({ err: await twin }, 'a twin');
    expect(String(await twin)).toContain('dup key: { _id: 1 }');
    const lines = log.join('');
    expect(lines).toContain('the server answered error 11000');
    expect(lines).not.toContain('dup key');
    expect(lines).not.toContain('secret-');
  });
});

/** Live are 1 with another number, and 4 not at all: both are to be put back. */
async function twoToPutBack() {
  await orders.updateOne({ _id: 1 as never }, { $set: { n: 70 } });
  await orders.deleteOne({ _id: 40 as never });
  await orders.deleteOne({ _id: 4 as never });
  const { changes } = await plan(0, 3);
  expect(changes.map(({ action }) => action)).toStrictEqual(['replace', 'insert']);
  return changes;
}

async function lastRecorded() {
  const { events } = await holdfast.api.audit.search({ type: 'DocumentsPutBack' });
  return events[0]?.data;
}

describe('putting back that breaks off', () => {
  const ofServer = { appName: 'holdfast', namespace: 'shop.orders' };
  const noEvents = { ...ofServer, namespace: 'holdfast.ledger_events', failCommands: ['insert'], errorCode: 13 };

  it('answers what was written and what was replaced, and records it', async () => {
    const changes = await twoToPutBack();
    const closing = { ...ofServer, failCommands: ['insert'], closeConnection: true };
    await using _ = await failCommand(source.client, { times: 1 }, closing);
    const { outcomes } = await putBack(changes);
    const problem = 'The connection to the server was lost.';
    expect(outcomes).toStrictEqual([
      { position: 0, outcome: 'replaced', replaced: changes[0]?.live, problem: null },
      { position: 3, outcome: 'failed', replaced: null, problem },
    ]);
    expect(await lastRecorded()).toMatchObject({ inserted: 0, replaced: 1, uncertain: 1 });
  });

  it('keeps what may have been replaced, and tries nothing that follows', async () => {
    const changes = await twoToPutBack();
    const data = { ...ofServer, failCommands: ['update'], writeConcernError: { code: 189, errmsg: 'secret-word' } };
    await using _ = await failCommand(source.client, { times: 1 }, data);
    const { outcomes } = await putBack(changes);
    expect(outcomes).toMatchObject([
      { outcome: 'failed', replaced: changes[0]?.live, problem: expect.not.stringContaining('secret') },
      { outcome: 'not-tried', replaced: null, problem: 'One before it broke off.' },
    ]);
    expect((await orders.findOne({ _id: 1 as never }))?.n).toBe(1);
    expect(await lastRecorded()).toMatchObject({ inserted: 0, replaced: 0, uncertain: 1 });
  });

  it('stops before the next document once an operation has the deployment', async () => {
    const changes = await twoToPutBack();
    const data = { ...ofServer, failCommands: ['update'], blockConnection: true, blockTimeMS: 1_500 };
    await using point = await failCommand(source.client, { times: 1 }, data);
    const held = join(failpoints, 'claimed');
    await writeFile(held, '');
    const putting = putBack(changes);
    await until(point.failed, (failed) => failed === 1);
    const { id } = await holdfast.api.backups.request({ deploymentId: 'default' });
    const { outcomes } = await putting;
    await rm(held);
    expect(outcomes).toMatchObject([
      { outcome: 'replaced' },
      { outcome: 'not-tried', problem: expect.stringContaining('A backup already runs') },
    ]);
    await holdfast.backupEnd(id);
    // Nothing else is to be recorded in what follows.
    await until(
      () => holdfast.api.backups.byId({ id }),
      ({ verifiedAt }) => verifiedAt !== null,
    );
  });

  it('says so when the ledger does not take the record', async () => {
    const changes = await twoToPutBack();
    const before = (await lastRecorded())?.putBackId;
    {
      await using _ = await failCommand(source.client, { skip: 1 }, noEvents);
      const { outcomes, recordProblem } = await putBack(changes);
      expect(outcomes.map(({ outcome }) => outcome)).toStrictEqual(['replaced', 'inserted']);
      expect(outcomes[0]?.replaced).toBe(changes[0]?.live);
      expect(recordProblem).toBe('The server answered Unauthorized (13).');
    }
    const recorded = await until(lastRecorded, (data) => data?.putBackId !== before);
    expect(recorded).toMatchObject({ inserted: 1, replaced: 1 });
    expect(recorded).not.toHaveProperty('uncertain');
  });

  it('is ended as not known once the server that did it is silent, and not before', async () => {
    const { services } = holdfast;
    const servers = source.client.db('holdfast').collection<Document>('servers');
    const [own] = await servers.find({}).toArray();
    const putBackId = randomUUID();
    const worker = `${randomUUID()}/${randomUUID()}`;
    await servers.insertOne({ ...own, _id: worker as never, heartbeatAt: new Date() });
    const ids = { backupId: backup.id, deploymentId: backup.deploymentId, putBackId };
    const data = { ...ids, worker, namespace: 'shop.orders', documents: 3 };
    const started = { stream: `backup:${backup.id}`, type: 'PutBackStarted', data } as const;
    await execute(services.ledger, { actor: tester, correlationId: putBackId, reads: [], decide: () => [started] });
    await endAbandonedPutBacks(services);
    expect((await lastRecorded())?.putBackId).not.toBe(putBackId);
    await servers.deleteOne({ _id: worker as never });
    await endAbandonedPutBacks(services);
    expect(await lastRecorded()).toMatchObject({ putBackId, inserted: 0, replaced: 0, uncertain: 3 });
  });

  it('writes nothing when the ledger does not take that it begins', async () => {
    const changes = await twoToPutBack();
    await using _ = await failCommand(source.client, 'alwaysOn', noEvents);
    const { outcomes, recordProblem } = await putBack(changes);
    expect(outcomes.map(({ outcome, problem }) => [outcome, problem])).toStrictEqual([
      ['not-tried', 'The server answered Unauthorized (13).'],
      ['not-tried', 'The server answered Unauthorized (13).'],
    ]);
    expect(recordProblem).toBeNull();
    expect((await orders.findOne({ _id: 1 as never }))?.n).toBe(70);
  });
});
