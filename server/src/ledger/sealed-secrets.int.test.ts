import { randomBytes } from 'node:crypto';
import type { Collection } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { openSecrets, type SealedSecret, SecretUnreadable } from './sealed-secrets.ts';

let mongo: TestMongo;
let collection: Collection<SealedSecret>;
beforeAll(async () => {
  mongo = await startReplicaSet();
  collection = mongo.client.db('holdfast').collection<SealedSecret>('secrets');
});
afterAll(async () => await mongo?.stop());

const key = randomBytes(32);
const uri = 'mongodb://ana:p%40ss-wörd@db.example.net/?authSource=admin';

test('gives back what was sealed, and stores nothing that shows it', async () => {
  const secrets = openSecrets({ collection, key });
  const [ref, again] = [await secrets.seal(uri), await secrets.seal(uri)];
  expect(await secrets.open(ref)).toBe(uri);
  expect(await secrets.open(again)).toBe(uri);
  const stored = await collection.find({}, { promoteBuffers: true }).toArray();
  expect(new Set(stored.map(({ nonce }) => Buffer.from(nonce as Uint8Array).toString('hex'))).size).toBe(stored.length);
  for (const { ciphertext } of stored)
    expect(Buffer.from(ciphertext as Uint8Array).includes('db.example.net')).toBe(false);
});

test('a secret is gone once it is removed, and may be removed twice', async () => {
  const secrets = openSecrets({ collection, key });
  const ref = await secrets.seal(uri);
  await secrets.remove(ref);
  await secrets.remove(ref);
  await expect(secrets.open(ref)).rejects.toThrow(SecretUnreadable);
});

test('names where the master key comes from when it is another one, and no secret', async () => {
  const ref = await openSecrets({ collection, key }).seal(uri);
  const wrong = openSecrets({ collection, key: randomBytes(32), keySource: '/data/secret.key' });
  const refused = await wrong.open(ref).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(SecretUnreadable);
  expect(String(refused)).toContain('/data/secret.key');
  expect(String(refused)).not.toContain('example');
});

test.each(['ciphertext', 'tag', 'nonce'] as const)('notices that the %s was changed', async (field) => {
  const secrets = openSecrets({ collection, key });
  const ref = await secrets.seal(uri);
  const stored = await collection.findOne({ _id: ref }, { promoteBuffers: true });
  const changed = Buffer.from(stored?.[field] as Uint8Array);
  changed[0] = (changed[0] ?? 0) ^ 1;
  await collection.updateOne({ _id: ref }, { $set: { [field]: changed } });
  await expect(secrets.open(ref)).rejects.toThrow('changed in the database');
});

test('notices that a secret was moved to another reference', async () => {
  const secrets = openSecrets({ collection, key });
  const [one, other] = [await secrets.seal('one'), await secrets.seal('other')];
  const { _id, ...fields } = (await collection.findOne({ _id: one })) as SealedSecret;
  await collection.replaceOne({ _id: other }, fields);
  await expect(secrets.open(other)).rejects.toThrow('changed in the database');
});
