/**
 * A file that cannot be opened. `damaged`: it is not what age writes, or not all of it; `key-missing`: none of the keys (or not
 * this passphrase) opens it. `message` completes "... cannot be decrypted: " and holds no secret.
 */
export class AgeFailure extends Error {
  override readonly name = 'AgeFailure';
  readonly kind: 'damaged' | 'key-missing';

  constructor(kind: 'damaged' | 'key-missing', message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
  }
}
