import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startReplicaSet, startStandalone } from './mongo.ts';

test('a replica set takes transactions, and its data survives kill -9', async () => {
  await using mongo = await startReplicaSet();
  const items = mongo.client.db('shop').collection('items');
  await mongo.client.withSession((session) =>
    session.withTransaction(async () => void (await items.insertOne({ name: 'cup' }, { session }))),
  );
  const before = mongo.pids;
  await mongo.kill();
  expect(mongo.pids).toEqual([]);
  await mongo.restart();
  expect(mongo.pids).not.toEqual(before);
  expect(await items.countDocuments()).toBe(1);
});

test('with access control nobody gets in without a user, not even from this host', async () => {
  await using mongo = await startReplicaSet({ auth: true });
  const { MongoClient } = await import('mongodb');
  const stranger = new MongoClient(`mongodb://127.0.0.1:${mongo.port}/?directConnection=true`);
  await using _ = { [Symbol.asyncDispose]: () => stranger.close() };
  await expect(stranger.db('admin').command({ createUser: 'x', pwd: 'x', roles: ['root'] })).rejects.toThrow(
    /requires authentication/,
  );
  const reader = new MongoClient(await mongo.addUser('reader', [{ role: 'read', db: 'shop' }]));
  await using __ = { [Symbol.asyncDispose]: () => reader.close() };
  expect(await reader.db('shop').collection('items').countDocuments()).toBe(0);
  await expect(reader.db('shop').collection('items').insertOne({})).rejects.toThrow(/not authorized/);
});

test('three members elect one primary', async () => {
  await using mongo = await startReplicaSet({ members: 3 });
  await mongo.client
    .db('shop')
    .collection('items')
    .insertOne({}, { writeConcern: { w: 3 } });
  expect(mongo.pids).toHaveLength(3);
});

test('a standalone server has no change streams and leaves no folder', async () => {
  const mongo = await startStandalone();
  await expect(mongo.client.db('shop').watch().next()).rejects.toThrow(/only supported on replica sets/);
  await mongo.stop();
  await mongo.stop();
  expect(existsSync(mongo.dbPath)).toBe(false);
});
