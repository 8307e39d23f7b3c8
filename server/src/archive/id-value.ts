// An `_id` as a value that the driver can send: typed, its documents in their order.
import { type BSON, deserialize } from 'bson';
import { type BsonValue, bsonType, elementsOf, nameOf } from './bson-elements.ts';
import { bsonDocument, bsonElement } from './encode-bson.ts';

/**
 * For a query by `_id`. Maps stand for documents, as the names of objects lose their order where they look like numbers. What no
 * value of the driver can be (a date beyond what dates reach, a field that is there twice) finds nothing, or something else.
 */
export function idValue(value: BsonValue): unknown {
  const { type, bytes, start } = value;
  if (type === bsonType.document) {
    return new Map(elementsOf(bytes, start).map((element) => [nameOf(element), idValue(element)]));
  }
  if (type === bsonType.array) return [...elementsOf(bytes, start)].map(idValue);
  return deserialize(bsonDocument(bsonElement('value', value)), exactly).value;
}

const exactly: BSON.DeserializeOptions = {
  promoteValues: false,
  promoteLongs: false,
  promoteBuffers: false,
  bsonRegExp: true,
  validation: { utf8: false },
};
