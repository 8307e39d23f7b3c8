import type { LedgerEvent } from '@holdfast/shared/events';
import type { Collection } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { openTinyLedger, signIn } from '../testing/tiny-ledger.ts';
import { eventsCollection, headCollection } from './collections.ts';
import { genesisHash, hashEvent } from './event-hash.ts';
import type { ChainAnchor, Ledger } from './ledger.ts';
import type { HeadDocument } from './ledger-database.ts';
import { asWritten, type StoredEvent } from './stored-event.ts';

let mongo: TestMongo;
beforeAll(async () => {
  mongo = await startReplicaSet();
});
afterAll(async () => await mongo?.stop());

interface Tampered {
  readonly events: Collection<StoredEvent>;
  readonly head: Collection<HeadDocument>;
}

let databases = 0;
/** A ledger of ten events, and its collections as an administrator of the database reaches them. */
async function tenEvents(): Promise<Tampered & { readonly ledger: Ledger; readonly anchor: ChainAnchor }> {
  databases += 1;
  const name = `verify_${databases}`;
  const ledger = await openTinyLedger(mongo.client, name);
  for (let count = 0; count < 10; count += 1) await ledger.execute(signIn());
  const db = mongo.client.db(name);
  const { position, hash } = await ledger.head();
  return {
    ledger,
    anchor: { position, hash },
    events: db.collection<StoredEvent>(eventsCollection),
    head: db.collection<HeadDocument>(headCollection),
  };
}

test('finds an untouched chain intact, and its anchors on it', async () => {
  const { ledger, anchor } = await tenEvents();
  const report = await ledger.verify({ anchors: [anchor] });
  expect(report).toEqual({ intact: true, events: 10, head: anchor, durationMs: expect.any(Number), differsAt: null });
  await ledger.close();
});

test('finds an empty ledger intact', async () => {
  const ledger = await openTinyLedger(mongo.client, 'verify_empty');
  expect(await ledger.verify()).toMatchObject({ intact: true, events: 0, head: { position: 0, hash: genesisHash } });
  await ledger.close();
});

const cases: readonly [string, (of: Tampered) => Promise<unknown>, { position: number; problem: string }][] = [
  [
    'an event whose actor was changed',
    ({ events }) => events.updateOne({ _id: 4 }, { $set: { 'actor.id': 'somebody else' } }),
    { position: 4, problem: 'hash' },
  ],
  [
    'an event with a field added',
    ({ events }) => events.updateOne({ _id: 4 }, { $set: { note: 'x' } }),
    { position: 4, problem: 'hash' },
  ],
  [
    'a time stored as a date that reads the same',
    async ({ events }) => {
      const event = await events.findOne({ _id: 4 });
      await events.updateOne({ _id: 4 }, { $set: { at: new Date(String(event?.at)) } });
    },
    { position: 4, problem: 'hash' },
  ],
  [
    'an event that was changed and hashed anew',
    ({ events }) => rewrite(events, 4),
    { position: 5, problem: 'previous-hash' },
  ],
  ['the last event, changed and hashed anew', ({ events }) => rewrite(events, 10), { position: 10, problem: 'head' }],
  ['an event that was removed', ({ events }) => events.deleteOne({ _id: 4 }), { position: 4, problem: 'missing' }],
  ['the first event removed', ({ events }) => events.deleteOne({ _id: 1 }), { position: 1, problem: 'missing' }],
  [
    'events cut off the end',
    ({ events }) => events.deleteMany({ _id: { $gt: 7 } }),
    { position: 8, problem: 'missing' },
  ],
  ['all events removed', ({ events }) => events.deleteMany({}), { position: 1, problem: 'missing' }],
  [
    'an event added after the head',
    async ({ events, head }) => {
      const last = await head.findOne({ _id: 'head' });
      await insertChained(events, 11, String(last?.hash));
    },
    { position: 11, problem: 'head' },
  ],
  [
    'an event slipped in between two positions',
    ({ events }) => insertChained(events, 4.5, genesisHash),
    { position: 5, problem: 'missing' },
  ],
  [
    'an event under a position that is no number',
    ({ events }) => insertChained(events, 'x' as unknown as number, genesisHash),
    { position: 11, problem: 'missing' },
  ],
  ['two events exchanged', ({ events }) => exchange(events, 4, 5), { position: 4, problem: 'previous-hash' }],
  ['the head document removed', ({ head }) => head.deleteOne({ _id: 'head' }), { position: 11, problem: 'head' }],
  [
    'a head that names another hash',
    ({ head }) => head.updateOne({ _id: 'head' }, { $set: { hash: genesisHash } }),
    { position: 10, problem: 'head' },
  ],
];

test.each(cases)('finds %s', async (_, tamper, differsAt) => {
  const { ledger, ...tampered } = await tenEvents();
  await tamper(tampered);
  expect(await ledger.verify()).toMatchObject({ intact: false, differsAt });
  await ledger.close();
});

test('finds a chain that was rewritten as a whole, head and all, by an anchor', async () => {
  const { ledger, anchor, events, head } = await tenEvents();
  let hash = genesisHash;
  for (let position = 1; position <= 10; position += 1) {
    await events.updateOne({ _id: position }, { $set: { prevHash: hash } });
    hash = await rewrite(events, position);
  }
  await head.updateOne({ _id: 'head' }, { $set: { hash } });
  expect(await ledger.verify()).toMatchObject({ intact: true });
  expect(await ledger.verify({ anchors: [anchor] })).toMatchObject({
    intact: false,
    differsAt: { position: 10, problem: 'hash', expected: anchor.hash, found: hash },
  });
  await ledger.close();
});

test('finds a chain that was cut off, its head set back with it, by an anchor', async () => {
  const { ledger, anchor, events, head } = await tenEvents();
  const seventh = await events.findOne({ _id: 7 });
  await events.deleteMany({ _id: { $gt: 7 } });
  await head.updateOne({ _id: 'head' }, { $set: { position: 7, hash: String(seventh?.hash) } });
  expect(await ledger.verify()).toMatchObject({ intact: true, events: 7 });
  expect(await ledger.verify({ anchors: [anchor] })).toMatchObject({ differsAt: { position: 8, problem: 'missing' } });
  await ledger.close();
});

test('stays true while events are appended', async () => {
  const { ledger } = await tenEvents();
  let writing = true;
  const writer = (async () => {
    while (writing) await Promise.all(Array.from({ length: 20 }, () => ledger.execute(signIn())));
  })();
  for (let round = 0; round < 10; round += 1) expect((await ledger.verify()).differsAt).toBeNull();
  writing = false;
  await writer;
  await ledger.close();
});

test('stops when it is told to', async () => {
  const { ledger } = await tenEvents();
  await expect(ledger.verify({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  await ledger.close();
});

test('reading an event that was changed says which', async () => {
  const { ledger, events } = await tenEvents();
  await events.updateOne({ _id: 4 }, { $unset: { actor: '' } });
  await expect(ledger.read({ limit: 100 })).rejects.toThrow('position 4');
  expect(await ledger.read({ after: 4, limit: 2 })).toHaveLength(2);
  await ledger.close();
});

/** Changes an event and gives it a hash that fits; returns that. */
async function rewrite(events: Collection<StoredEvent>, position: number): Promise<string> {
  await events.updateOne({ _id: position }, { $set: { 'actor.id': 'somebody else' } });
  const hash = hashEvent(asWritten((await events.findOne({ _id: position })) as StoredEvent) as unknown as LedgerEvent);
  await events.updateOne({ _id: position }, { $set: { hash } });
  return hash;
}

async function insertChained(events: Collection<StoredEvent>, position: number, prevHash: string): Promise<void> {
  const event = {
    ...(await events.findOne({ _id: 3 })),
    _id: position,
    eventId: `x${position}`,
    version: 99,
    prevHash,
  };
  await events.insertOne({ ...event, hash: hashEvent(asWritten(event) as unknown as LedgerEvent) });
}

async function exchange(events: Collection<StoredEvent>, a: number, b: number): Promise<void> {
  const [one, other] = await events
    .find({ _id: { $in: [a, b] } })
    .sort({ _id: 1 })
    .toArray();
  await events.deleteMany({ _id: { $in: [a, b] } });
  await events.insertMany([
    { ...one, _id: b },
    { ...other, _id: a },
  ]);
}
