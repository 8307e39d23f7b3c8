// What decorators of a storage share: everything that they do not change is as the storage beneath does it.
import type { ArchiveStorage } from './archive-storage.ts';

/** A storage that does what `changes` has, and all else as `inner` does. */
export function decorateStorage(inner: ArchiveStorage, changes: Partial<ArchiveStorage>): ArchiveStorage {
  return {
    url: inner.url,
    id: inner.id,
    isShared: inner.isShared,
    createUpload: (key, token, expectedBytes) => inner.createUpload(key, token, expectedBytes),
    finishUpload: (sealed) => inner.finishUpload(sealed),
    discardUpload: (token) => inner.discardUpload(token),
    removePartials: (owned) => inner.removePartials(owned),
    stat: (key) => inner.stat(key),
    read: (key, range) => inner.read(key, range),
    remove: (key) => inner.remove(key),
    list: () => inner.list(),
    space: () => inner.space(),
    probe: () => inner.probe(),
    ...changes,
  };
}
