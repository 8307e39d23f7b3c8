// A BSON value as one that the driver can send: typed, its documents in their order.
import { type BSON, deserialize } from 'bson';
import { type BsonValue, bsonType, elementsOf, nameOf } from './bson-elements.ts';
import { bsonDocument, bsonElement } from './encode-bson.ts';

/**
 * Maps stand for documents, as the names of objects lose their order where they look like numbers. What no value of the driver can
 * be (a date beyond what dates reach, a field that is there twice) becomes something else: a query by it finds nothing.
 */
export function exactValue(value: BsonValue): unknown {
  const { type, bytes, start } = value;
  if (type === bsonType.document) {
    return new Map(elementsOf(bytes, start).map((element) => [nameOf(element), exactValue(element)]));
  }
  if (type === bsonType.array) return [...elementsOf(bytes, start)].map(exactValue);
  return deserialize(bsonDocument(bsonElement('value', value)), exactly).value;
}

/** Decodes without losing a type: numbers stay wrapped, regular expressions and binaries as they are. */
export const exactly: BSON.DeserializeOptions = {
  promoteValues: false,
  promoteLongs: false,
  promoteBuffers: false,
  bsonRegExp: true,
  validation: { utf8: false },
};
