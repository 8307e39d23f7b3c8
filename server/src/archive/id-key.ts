// The `_id` of a document in a form that is the same bytes for two of them exactly when the server holds them to be equal: a
// number is what it is worth, whatever type holds it, also within documents and arrays. A collection's collation is not known here.
import { type BsonValue, bsonType, elementsOf, fieldOf, nameOf } from './bson-elements.ts';
import { isNumber, numberKey } from './bson-numbers.ts';

const idName = Buffer.from('_id');

/** The value of `_id` in the document at `start`; undefined where it has none. */
export function idOf(bytes: Buffer, start: number): BsonValue | undefined {
  return fieldOf(bytes, start, idName);
}

/** The bytes may lie in the document, and are written over by the next call. */
export function idKey(value: BsonValue): Uint8Array {
  const { type, bytes, start, end } = value;
  // Together with the zero byte that ends the name: no other key has so many bytes and begins so.
  if (type === bsonType.objectId) return bytes.subarray(start - 1, end);
  const integer = isNumber(value) ? smallInteger(value) : null;
  return integer === null ? Buffer.from(textKey(value), 'latin1') : integerKey(integer);
}

const integerBytes = Buffer.alloc(9);

/** Most numbers are integers that a double holds. */
function integerKey(value: number): Buffer {
  // Zero has no sign here.
  integerBytes.writeDoubleLE(value + 0, 1);
  return integerBytes;
}

function smallInteger({ type, bytes, start }: BsonValue): number | null {
  if (type === bsonType.int32) return bytes.readInt32LE(start);
  if (type === bsonType.double) return safe(bytes.readDoubleLE(start));
  if (type === bsonType.int64) return safe(Number(bytes.readBigInt64LE(start)));
  const decimal = numberKey({ type, bytes, start, end: start + 16 });
  const value = safe(Number(decimal));
  return value !== null && numberKeyOf(value) === decimal ? value : null;
}

function safe(value: number): number | null {
  return Number.isSafeInteger(value) ? value : null;
}

function numberKeyOf(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return numberKey({ type: bsonType.double, bytes, start: 0, end: 8 });
}

/** Every part says how long it is, so that no two values are written alike. */
function textKey(value: BsonValue): string {
  const { type, bytes, start, end } = value;
  if (isNumber(value)) return `n${numberKey(value)}`;
  if (type === bsonType.document || type === bsonType.array) return containerKey(value);
  // A symbol is a string to MongoDB.
  const kind = type === bsonType.symbol ? bsonType.string : type;
  return `${kind}:${bytes.toString('latin1', start, end)}`;
}

function containerKey({ type, bytes, start }: BsonValue): string {
  let key = `${type}:`;
  for (const element of elementsOf(bytes, start)) {
    const [name, value] = [type === bsonType.array ? '' : nameOf(element), textKey(element)];
    key += `${name.length}:${name}${value.length}:${value}`;
  }
  return key;
}
