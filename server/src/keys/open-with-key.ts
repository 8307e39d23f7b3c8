import type { BackupEncryption } from '@holdfast/shared/encryption';
import { OperationFailure } from '@holdfast/shared/failures';
import { type ArchiveSource, type OpenArchive, openArchive } from '../archive/open-archive.ts';
import type { Keyring } from './keyring.ts';

export interface OpenedWithKey {
  readonly archive: OpenArchive;
  /** The key that opened it, which may be one of several that could; undefined when it is not encrypted. */
  readonly encryption: BackupEncryption | undefined;
}

/** Opens an archive and says with which of the server's keys. Throws what `openArchive` throws. */
export async function openWithKey(keys: Keyring, source: ArchiveSource): Promise<OpenedWithKey> {
  const plain = await unlessKeyMissing(() => openArchive(source));
  if (plain !== undefined) return { archive: plain, encryption: undefined };
  const identities = await keys.identities();
  for (const identity of identities) {
    const archive = await unlessKeyMissing(() => openArchive(source, { identities: [identity] }));
    if (archive === undefined) continue;
    const key = await keys.keyOf(identity.recipient);
    return { archive, encryption: key && { keys: [key] } };
  }
  return { archive: await openArchive(source, { identities }), encryption: undefined };
}

async function unlessKeyMissing<T>(open: () => Promise<T>): Promise<T | undefined> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof OperationFailure && error.reason === 'key-missing') return undefined;
    throw error;
  }
}
