// Documents with an empty timestamp (0, 0) in a field of their own: a server that inserts one writes the present time there instead.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ArchiveCollection } from './archive-collections.ts';
import { bsonType, elementsOf, endOfDocument, nameOf } from './bson-elements.ts';

/** Whether the server would write the time into it when it is inserted; into `_id` it does not. */
export function hasEmptyTimestamp(bytes: Buffer): boolean {
  for (const element of elementsOf(bytes, 0)) {
    const isEmpty = element.type === bsonType.timestamp && bytes.readBigUInt64LE(element.start) === 0n;
    if (isEmpty && nameOf(element) !== '_id') return true;
  }
  return false;
}

/** Those of a collection, as copies. Throws OperationFailure('archive-damaged'), and the signal's reason. */
export async function* emptyTimestamps(collection: ArchiveCollection, signal: AbortSignal): AsyncGenerator<Buffer> {
  for (const frame of collection.frames) {
    signal.throwIfAborted();
    const { bytes, starts } = await collection.read(frame);
    for (const start of starts) {
      const document = bytes.subarray(start, endOfDocument(bytes, start));
      // A copy: a few documents must not keep their whole frames.
      if (hasEmptyTimestamp(document)) yield Buffer.from(document);
    }
  }
}

/** Whether it has any; false as well when the time was up (`endsAt`, by `performance.now`). Throws OperationFailure('archive-damaged'). */
export async function holdsEmptyTimestamp(
  collection: ArchiveCollection,
  { endsAt }: { readonly endsAt: number },
): Promise<boolean> {
  for (const frame of collection.frames) {
    if (performance.now() >= endsAt) return false;
    const { bytes, starts } = await collection.read(frame);
    for (const start of starts) {
      if (hasEmptyTimestamp(bytes.subarray(start, endOfDocument(bytes, start)))) return true;
    }
    await nextTurn();
  }
  return false;
}
