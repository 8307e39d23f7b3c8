// Makes files of age, as they stream: header and nonce first, then chunk after chunk.
import { randomBytes } from 'node:crypto';
import { encodeHeader } from './age-header.ts';
import type { AgeRecipient } from './age-keys.ts';
import { type PlainPieces, payloadKey, payloadNonceBytes, sealChunks } from './age-payload.ts';
import { wrapForRecipient } from './x25519-stanza.ts';

const fileKeyBytes = 16;

/** A file of age that each of the recipients can open, as it is made from `plain`. Gives other work a turn once a megabyte. */
export async function* encrypt(plain: PlainPieces, recipients: readonly AgeRecipient[]): AsyncGenerator<Buffer> {
  if (recipients.length === 0) throw new Error('A file that is encrypted for nobody cannot be opened again.');
  const fileKey = randomBytes(fileKeyBytes);
  const nonce = randomBytes(payloadNonceBytes);
  const stanzas = recipients.map((recipient) => wrapForRecipient(fileKey, recipient));
  yield Buffer.concat([encodeHeader(stanzas, fileKey), nonce]);
  yield* sealChunks(payloadKey(fileKey, nonce), plain);
}

/** The same for a few bytes. */
export async function encryptBytes(plain: Uint8Array, recipients: readonly AgeRecipient[]): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(encrypt([plain], recipients)));
}
