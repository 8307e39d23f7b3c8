// Documents put together of values as the bytes that they are: what was never decoded cannot be changed by encoding it.
import { type BsonValue, bsonType } from './bson-elements.ts';

/** A value under a name: what a document or an array is made of. */
export function bsonElement(name: string, { type, bytes, start, end }: BsonValue): Buffer {
  return Buffer.concat([Buffer.from([type]), Buffer.from(`${name}\0`), bytes.subarray(start, end)]);
}

/** A document of these elements, in this order. */
export function bsonDocument(...elements: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(4), ...elements, Buffer.from([0])]);
  bytes.writeInt32LE(bytes.length, 0);
  return bytes;
}

/** A whole document as a value. */
export function documentValue(bytes: Buffer): BsonValue {
  return { type: bsonType.document, bytes, start: 0, end: bytes.length };
}

/** Some values as an array, which is a document of numbered elements. */
export function arrayValue(...values: readonly BsonValue[]): BsonValue {
  const bytes = bsonDocument(...values.map((value, index) => bsonElement(String(index), value)));
  return { ...documentValue(bytes), type: bsonType.array };
}

/** true or false as a value. */
export function booleanValue(value: boolean): BsonValue {
  return { type: bsonType.boolean, bytes: Buffer.from([value ? 1 : 0]), start: 0, end: 1 };
}

/** A text as a value. */
export function textValue(text: string): BsonValue {
  const bytes = Buffer.concat([Buffer.alloc(4), Buffer.from(`${text}\0`)]);
  bytes.writeInt32LE(bytes.length - 4, 0);
  return { type: bsonType.string, bytes, start: 0, end: bytes.length };
}

/** A small whole number as a value. */
export function int32Value(value: number): BsonValue {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value, 0);
  return { type: bsonType.int32, bytes, start: 0, end: 4 };
}
