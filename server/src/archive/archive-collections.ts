// The collections of an opened archive, each with the frames that hold it: found by name and by a document's number without
// going through ten thousand others.
import { OperationFailure } from '@holdfast/shared/failures';
import type { ManifestNamespace } from '@holdfast/shared/manifest';
import { blockCollection } from './archive-prelude.ts';
import { type FrameDocuments, frameDocuments } from './frame-documents.ts';
import type { Frame } from './frame-index.ts';
import type { OpenArchive } from './open-archive.ts';
import { holdsUsersAndRoles } from './users-and-roles.ts';

/** A frame, and the number of its first document within the collection (from 0). */
export interface CollectionFrame extends Frame {
  readonly firstDocument: number;
}

export class ArchiveCollection {
  readonly namespace: ManifestNamespace;
  readonly frames: readonly CollectionFrame[];
  readonly #archive: OpenArchive;

  constructor(archive: OpenArchive, namespace: ManifestNamespace, frames: readonly Frame[]) {
    this.#archive = archive;
    this.namespace = namespace;
    let firstDocument = 0;
    this.frames = frames.map((frame) => {
      const found = { ...frame, firstDocument };
      firstDocument += frame.documents;
      return found;
    });
    if (firstDocument !== namespace.documents) throw otherCount(namespace);
  }

  /** The place in `frames` of the one that holds this document; their number when there is no such document. */
  frameOf(document: number): number {
    let [low, high] = [0, this.frames.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const frame = this.frames[middle] as CollectionFrame;
      if (frame.firstDocument + frame.documents <= document) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Reads and decompresses a frame. Throws OperationFailure('archive-damaged'); whatever the source throws. */
  async read(frame: CollectionFrame): Promise<FrameDocuments> {
    const { database } = this.namespace;
    const bytes = await this.#archive.readFrame(frame);
    return frameDocuments(bytes, {
      database,
      blockCollection: blockCollection(this.namespace),
      documents: frame.documents,
    });
  }
}

/** The collections of an archive, by name. Users and roles are none: nobody browses password hashes. */
export class ArchiveCollections {
  readonly archive: OpenArchive;
  readonly #places = new Map<string, number>();
  /** Those that were asked for. */
  readonly #found = new Map<string, ArchiveCollection>();
  readonly #frames: Frame[][] = [];

  constructor(archive: OpenArchive) {
    this.archive = archive;
    for (const [place, { database, collection }] of archive.manifest.namespaces.entries())
      if (!holdsUsersAndRoles(database, collection)) this.#places.set(`${database}.${collection}`, place);
    for (const frame of archive.frames) {
      if (frame.namespace === 0) continue;
      const frames = this.#frames[frame.namespace - 1];
      if (frames === undefined) this.#frames[frame.namespace - 1] = [frame];
      else frames.push(frame);
    }
  }

  /** `database.collection`, as the manifest names it. Throws OperationFailure('archive-damaged') when its index does not add up. */
  find(name: string): ArchiveCollection | undefined {
    const known = this.#found.get(name);
    if (known !== undefined) return known;
    const place = this.#places.get(name);
    const namespace = place === undefined ? undefined : this.archive.manifest.namespaces[place];
    if (place === undefined || namespace === undefined) return undefined;
    const found = new ArchiveCollection(this.archive, namespace, this.#frames[place] ?? []);
    this.#found.set(name, found);
    return found;
  }
}

function otherCount({ database, collection }: ManifestNamespace): OperationFailure {
  const message = `The archive is damaged: manifest and frame index differ in the documents of ${database}.${collection}.`;
  return new OperationFailure('archive-damaged', message);
}
