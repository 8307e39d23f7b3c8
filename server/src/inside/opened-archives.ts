// The archives that were looked into last, with their manifests and frame indexes, and the frames that were read last: the next
// page of a collection costs no look at the archive's directory, and often no read at all. Bounded by bytes, for each server.
import { ArchiveCollections } from '../archive/archive-collections.ts';
import { ByteCache } from '../archive/byte-cache.ts';
import type { FrameDocuments } from '../archive/frame-documents.ts';
import type { OpenArchive } from '../archive/open-archive.ts';
import type { FrameReader } from '../archive/read-page.ts';

/** An archive that is open, until it is forgotten. */
export interface OpenedArchive {
  readonly collections: ArchiveCollections;
  /** Reads frames of the named collection through the cache. */
  reader(namespace: string): FrameReader;
}

export interface OpenedArchives {
  /** `id` names the file's content: an archive that changed has another one. Failures are not kept. */
  get(id: string, open: () => Promise<OpenArchive>): Promise<OpenedArchive>;
  /** The next `get` opens it again. */
  forget(id: string): void;
}

const defaults = { maxArchives: 64, maxArchiveBytes: 64 * 1024 * 1024, maxFrameBytes: 64 * 1024 * 1024 };

export function openedArchives(limits: Partial<typeof defaults> = {}): OpenedArchives {
  const { maxArchives, maxArchiveBytes, maxFrameBytes } = { ...defaults, ...limits };
  const archives = new ByteCache<OpenedArchive>({ maxBytes: maxArchiveBytes, maxCount: maxArchives, weigh });
  const frames = new ByteCache<FrameDocuments>({
    maxBytes: maxFrameBytes,
    weigh: ({ bytes, starts }) => bytes.byteLength + starts.byteLength,
  });
  const opened = (id: string, archive: OpenArchive): OpenedArchive => {
    const collections = new ArchiveCollections(archive);
    return {
      collections,
      reader: (namespace) => async (frame) =>
        await frames.get(`${id}/${frame.storedOffset}`, async () => {
          const collection = collections.find(namespace);
          if (collection === undefined) throw new Error(`a frame of ${namespace} was asked for, which is not there`);
          return await collection.read(frame);
        }),
    };
  };
  return {
    get: (id, open) => archives.get(id, async () => opened(id, await open())),
    forget: (id) => archives.forget(id),
  };
}

/** About what they take in memory. */
const bytesPerFrame = 100;
const bytesPerNamespace = 1_500;

function weigh({ collections: { archive } }: OpenedArchive): number {
  return archive.frames.length * bytesPerFrame + archive.manifest.namespaces.length * bytesPerNamespace;
}
