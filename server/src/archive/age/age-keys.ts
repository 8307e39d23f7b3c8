// age's X25519 keys: an identity opens what was encrypted to its recipient. As text they are what `age-keygen` writes.
// Format: https://age-encryption.org/v1, "The X25519 recipient type".
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { bech32 } from '@scure/base';

/** A text that is no key of age. `message` says what it is instead, and never repeats it: it may be a secret. */
export class InvalidAgeKey extends Error {
  override readonly name = 'InvalidAgeKey';
}

/** Whom to encrypt for: public, `age1...`. */
export class AgeRecipient {
  readonly publicKey: KeyObject;

  constructor(publicKey: KeyObject) {
    this.publicKey = publicKey;
  }

  /** The 32 bytes of the public key. */
  bytes(): Buffer {
    return this.publicKey.export({ format: 'raw-public' });
  }

  toString(): string {
    return bech32.encodeFromBytes(recipientPrefix, this.bytes());
  }
}

/** A secret key, `AGE-SECRET-KEY-1...`. Nothing but `toString` and `privateKey` gives it away: not inspection, not JSON. */
export class AgeIdentity {
  readonly recipient: AgeRecipient;
  readonly #privateKey: KeyObject;

  constructor(privateKey: KeyObject) {
    this.#privateKey = privateKey;
    this.recipient = new AgeRecipient(createPublicKey(privateKey));
  }

  get privateKey(): KeyObject {
    return this.#privateKey;
  }

  /** The secret itself, as a key file has it. */
  toString(): string {
    const secret = this.#privateKey.export({ format: 'raw-private' });
    return bech32.encodeFromBytes(identityPrefix, secret).toUpperCase();
  }
}

const recipientPrefix = 'age';
const identityPrefix = 'age-secret-key-';

export function generateIdentity(): AgeIdentity {
  return new AgeIdentity(generateKeyPairSync('x25519').privateKey);
}

/** One `AGE-SECRET-KEY-1...`; space around it is fine. Throws InvalidAgeKey. */
export function parseIdentity(text: string): AgeIdentity {
  if (text.trim().startsWith('age1')) throw new InvalidAgeKey('This is a public key (age1...), not a secret one.');
  const key = keyBytes(text, identityPrefix, 'AGE-SECRET-KEY-1');
  return new AgeIdentity(createPrivateKey({ key, format: 'raw-private', asymmetricKeyType: 'x25519' }));
}

/**
 * A key file, as `age-keygen` writes it: one identity a line, lines that begin with `#` and empty ones left out.
 * Throws InvalidAgeKey, also for a file without any.
 */
export function parseIdentities(file: string): AgeIdentity[] {
  const lines = file.split('\n').map((line) => line.trim());
  const keys = lines.filter((line) => line !== '' && !line.startsWith('#'));
  if (keys.length === 0) throw new InvalidAgeKey('There is no secret key of age (AGE-SECRET-KEY-1...) in it.');
  return keys.map(parseIdentity);
}

/** One `age1...`; space around it is fine. Throws InvalidAgeKey. */
export function parseRecipient(text: string): AgeRecipient {
  if (/^age-secret-key-1/i.test(text.trim())) {
    throw new InvalidAgeKey('This is a secret key (AGE-SECRET-KEY-1...). Keep it, and give the public one, age1...');
  }
  const key = keyBytes(text, recipientPrefix, 'age1');
  return new AgeRecipient(createPublicKey({ key, format: 'raw-public', asymmetricKeyType: 'x25519' }));
}

function keyBytes(text: string, prefix: string, beginning: string): Buffer {
  try {
    const found = bech32.decodeToBytes(text.trim());
    if (found.prefix === prefix && found.bytes.length === 32) return Buffer.from(found.bytes);
  } catch {
    // What is wrong with it would be said in words that repeat the text.
  }
  throw new InvalidAgeKey(
    `This is not an X25519 key of age: one begins with ${beginning}, and no character may be missing.`,
  );
}
