// What a server lists, with nothing of its BSON types lost: that a number is a long, or a pattern a regular expression of any flags.
import { type Document, deserialize } from 'bson';

/**
 * For the driver: documents come as bytes, for `exactDocument`. Its own options for exact types would be applied to errors as well,
 * whose codes it then does not know any more.
 */
export const asBytes = { raw: true } as const;

/** Of what the driver gives with `asBytes`. */
export function exactDocument(bytes: unknown): Document {
  return deserialize(bytes as Uint8Array, exactly);
}

const exactly = { promoteValues: false, promoteLongs: false, promoteBuffers: false, bsonRegExp: true } as const;
