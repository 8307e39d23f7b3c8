// Wraps a file key for a recipient. Format: https://age-encryption.org/v1, "The X25519 recipient type".
import { createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { base64nopad } from '@scure/base';
import { AgeFailure } from './age-failure.ts';
import { bytesOf, type Stanza } from './age-header.ts';
import type { AgeIdentity, AgeRecipient } from './age-keys.ts';
import { derivedKey, seal, unseal, zeroNonce } from './age-primitives.ts';

const type = 'X25519';
const info = 'age-encryption.org/v1/X25519';

export function wrapForRecipient(fileKey: Buffer, recipient: AgeRecipient): Stanza {
  const ephemeral = generateKeyPairSync('x25519');
  const share = ephemeral.publicKey.export({ format: 'raw-public' });
  const secret = diffieHellman({ privateKey: ephemeral.privateKey, publicKey: recipient.publicKey });
  const key = derivedKey(secret, Buffer.concat([share, recipient.bytes()]), info);
  return { type, args: [base64nopad.encode(share)], body: Buffer.concat(seal(key, zeroNonce, fileKey)) };
}

/** Undefined when it is of another kind or for another identity. Throws AgeFailure('damaged'). */
export function unwrapWithIdentity({ args, body, ...stanza }: Stanza, identity: AgeIdentity): Buffer | undefined {
  if (stanza.type !== type) return undefined;
  const share = bytesOf(args[0] ?? '');
  if (args.length !== 1 || share.length !== 32 || body.length !== 32) {
    throw new AgeFailure('damaged', 'its header is not understood');
  }
  const secret = sharedSecret(identity, Buffer.from(share));
  const key = derivedKey(secret, Buffer.concat([share, identity.recipient.bytes()]), info);
  return unseal(key, zeroNonce, body);
}

function sharedSecret(identity: AgeIdentity, share: Buffer): Buffer {
  const publicKey: KeyObject = createPublicKey({ key: share, format: 'raw-public', asymmetricKeyType: 'x25519' });
  try {
    return diffieHellman({ privateKey: identity.privateKey, publicKey });
  } catch (cause) {
    // A share of low order, which would make the secret known to everybody.
    throw new AgeFailure('damaged', 'its header is not understood', cause);
  }
}
