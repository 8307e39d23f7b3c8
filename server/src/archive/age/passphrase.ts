// A text under a passphrase, as `age -p -a` writes it: what a person keeps, and opens with `age -d` where there is no Holdfast.
// Format: https://age-encryption.org/v1, "The scrypt recipient type".
import { randomBytes, scrypt } from 'node:crypto';
import { base64nopad } from '@scure/base';
import { AgeFailure } from './age-failure.ts';
import { bytesOf, encodeHeader, type Stanza } from './age-header.ts';
import { payloadKey, payloadNonceBytes, sealChunks } from './age-payload.ts';
import { seal, unseal, zeroNonce } from './age-primitives.ts';
import { decodeArmor, encodeArmor, isArmored } from './armor.ts';
import { decryptBytes } from './decrypt.ts';

const type = 'scrypt';
const saltLabel = 'age-encryption.org/v1/scrypt';
/** As the `age` command has it: about a second, and 256 MiB for as long. */
const workFactor = 18;
/** Four times that. A file that asks for more would take the memory of the server. */
const highestWorkFactor = 20;

/** ASCII armor. Takes a second. */
export async function sealWithPassphrase(text: string, passphrase: string): Promise<string> {
  if (passphrase === '') throw new RangeError('A passphrase has at least one character.');
  const [fileKey, salt, nonce] = [randomBytes(16), randomBytes(16), randomBytes(payloadNonceBytes)];
  const key = await stretched(passphrase, salt, workFactor);
  const body = Buffer.concat(seal(key, zeroNonce, fileKey));
  const stanza = { type, args: [base64nopad.encode(salt), String(workFactor)], body };
  const chunks = await Array.fromAsync(sealChunks(payloadKey(fileKey, nonce), [Buffer.from(text)]));
  return encodeArmor(Buffer.concat([encodeHeader([stanza], fileKey), nonce, ...chunks]));
}

/**
 * Opens what `sealWithPassphrase` or `age -p` wrote, with armor or without; space around the armor is fine. Takes a second, or
 * four. Throws AgeFailure: 'key-missing' for another passphrase, or a file that is for keys; 'damaged'.
 */
export async function openWithPassphrase(sealed: string | Uint8Array, passphrase: string): Promise<string> {
  const bytes = Buffer.from(sealed);
  const file = isArmored(bytes) ? decodeArmor(bytes) : bytes;
  return (await decryptBytes(file, (stanzas) => unwrap(stanzas, passphrase))).toString('utf8');
}

async function unwrap(stanzas: readonly Stanza[], passphrase: string): Promise<Buffer | undefined> {
  const stanza = stanzas.find((one) => one.type === type);
  if (stanza === undefined) throw new AgeFailure('key-missing', 'it is for keys, not under a passphrase');
  const [salt, factor] = [bytesOf(stanza.args[0] ?? ''), stanza.args[1] ?? ''];
  // Whoever knows the passphrase must be the only one who can have written the file: no other stanza stands beside it.
  const isSound = stanzas.length === 1 && stanza.args.length === 2 && salt.length === 16 && stanza.body.length === 32;
  if (!isSound || !/^[1-9]\d?$/.test(factor)) throw new AgeFailure('damaged', 'its header is not understood');
  if (Number(factor) > highestWorkFactor) {
    throw new AgeFailure('damaged', `it asks for too much work (2^${factor}; the most is 2^${highestWorkFactor})`);
  }
  return unseal(await stretched(passphrase, salt, Number(factor)), zeroNonce, stanza.body);
}

/** On a thread of Node's pool. */
function stretched(passphrase: string, salt: Uint8Array, factor: number): Promise<Buffer> {
  const options = { N: 2 ** factor, r: 8, p: 1, maxmem: 2 ** factor * 1024 + 32 * 1024 * 1024 };
  return new Promise((resolve, reject) => {
    scrypt(passphrase, Buffer.concat([Buffer.from(saltLabel), salt]), 32, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}
