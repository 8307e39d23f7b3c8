// The two operations that all parts of age are made of.
import { createCipheriv, createDecipheriv, hkdfSync, type KeyObject } from 'node:crypto';

const algorithm = 'chacha20-poly1305';

/** Appended to what is sealed. */
export const tagBytes = 16;

/** The nonce of a key that seals one thing only. */
export const zeroNonce: Buffer = Buffer.alloc(12);

/** 32 bytes: HKDF-SHA-256. */
export function derivedKey(secret: Uint8Array | KeyObject, salt: Uint8Array | string, info: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, info, 32));
}

/** ChaCha20-Poly1305: what is encrypted, and behind it the tag. */
export function seal(key: Uint8Array | KeyObject, nonce: Buffer, plain: Uint8Array): [Buffer, Buffer] {
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
  const sealed = cipher.update(plain);
  cipher.final();
  return [sealed, cipher.getAuthTag()];
}

/** Undefined when it was not sealed with this key and nonce, or was changed. */
export function unseal(key: Uint8Array | KeyObject, nonce: Buffer, sealed: Uint8Array): Buffer | undefined {
  const tagStart = sealed.length - tagBytes;
  if (tagStart < 0) return undefined;
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
  decipher.setAuthTag(sealed.subarray(tagStart));
  const plain = decipher.update(sealed.subarray(0, tagStart));
  try {
    decipher.final();
    return plain;
  } catch {
    return undefined;
  }
}
