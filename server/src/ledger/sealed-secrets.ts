// Connection strings and other secrets, beside the ledger: events hold only the reference. AES-256-GCM under the master
// key; the reference is authenticated with the text, so that a sealed secret cannot be moved to another reference.
import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto';
import type { Binary, Collection } from 'mongodb';
import { v7 as uuid } from 'uuid';

/** A sealed secret as it is stored. */
export interface SealedSecret {
  readonly _id: string;
  /** Of the master key that sealed it: tells a wrong key from a changed document. Says nothing about the key itself. */
  readonly keyId: string;
  readonly nonce: Binary | Buffer;
  readonly ciphertext: Binary | Buffer;
  readonly tag: Binary | Buffer;
}

export interface SealedSecrets {
  /** Of the master key: tells it from another one, and says nothing about the key itself. */
  readonly keyId: string;
  /** Stores a secret durably and returns its reference, a UUID. */
  seal(plaintext: string): Promise<string>;
  /** The secret. Throws `SecretUnreadable` when it is gone, was sealed with another master key, or was changed. */
  open(ref: string): Promise<string>;
  /** Idempotent. */
  remove(ref: string): Promise<void>;
}

/** A secret that cannot be opened. The message says what to do, and holds no secret. */
export class SecretUnreadable extends Error {
  override readonly name = 'SecretUnreadable';
}

export interface SecretsOptions {
  readonly collection: Collection<SealedSecret>;
  /** 32 bytes. */
  readonly key: Buffer;
  /** Where the key comes from, for messages. */
  readonly keySource?: string;
}

const defaultSource = 'HOLDFAST_SECRET_KEY, HOLDFAST_SECRET_KEY_FILE or the key file in the data folder';

export function openSecrets({ collection, key, keySource = defaultSource }: SecretsOptions): SealedSecrets {
  if (key.length !== 32) throw new RangeError('a master key has 32 bytes');
  const keyId = keyIdOf(key);
  return {
    keyId,
    async seal(plaintext) {
      const sealed = { keyId, ...encrypt(key, plaintext) };
      await collection.insertOne(sealed, { writeConcern: { w: 'majority', journal: true } });
      return sealed._id;
    },
    async open(ref) {
      const sealed = await collection.findOne({ _id: ref }, { readConcern: 'majority', readPreference: 'primary' });
      if (sealed === null) throw new SecretUnreadable(`There is no sealed secret ${ref}. Enter it again.`);
      if (sealed.keyId !== keyId) throw new SecretUnreadable(wrongKey(sealed, keyId, keySource));
      return decrypt(key, sealed);
    },
    async remove(ref) {
      await collection.deleteOne({ _id: ref }, { writeConcern: { w: 'majority', journal: true } });
    },
  };
}

function keyIdOf(key: Buffer): string {
  return hash('sha256', Buffer.concat([Buffer.from('holdfast master key id\0'), key]), 'hex').slice(0, 16);
}

function encrypt(key: Buffer, plaintext: string) {
  const ref = uuid();
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(ref));
  const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
  return { _id: ref, nonce, ciphertext, tag: cipher.getAuthTag() };
}

function decrypt(key: Buffer, { _id: ref, nonce, ciphertext, tag }: SealedSecret): string {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes(nonce), { authTagLength: 16 });
    decipher.setAAD(Buffer.from(ref)).setAuthTag(bytes(tag));
    return Buffer.concat([decipher.update(bytes(ciphertext)), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new SecretUnreadable(`The sealed secret ${ref} was changed in the database. Enter it again.`, { cause });
  }
}

function wrongKey(sealed: SealedSecret, keyId: string, source: string): string {
  const keys = `it was sealed with master key ${sealed.keyId}, and this server's is ${keyId}`;
  return `The sealed secret ${sealed._id} cannot be opened: ${keys}. Put the right key into ${source}, and start again.`;
}

function bytes(value: Binary | Buffer): Uint8Array {
  return value instanceof Uint8Array ? value : value.value();
}
