// Raw BSON, walked without making objects of it: what an object would lose (the order of keys that look like numbers, a key that
// is there twice, `__proto__`, a date that no Date can hold) is still there.
import { OperationFailure } from '@holdfast/shared/failures';

/** The types of BSON values, as they are stored. */
export const bsonType = {
  double: 0x01,
  string: 0x02,
  document: 0x03,
  array: 0x04,
  binary: 0x05,
  undefined: 0x06,
  objectId: 0x07,
  boolean: 0x08,
  date: 0x09,
  null: 0x0a,
  regex: 0x0b,
  dbPointer: 0x0c,
  code: 0x0d,
  symbol: 0x0e,
  codeWithScope: 0x0f,
  int32: 0x10,
  timestamp: 0x11,
  int64: 0x12,
  decimal128: 0x13,
  minKey: 0xff,
  maxKey: 0x7f,
} as const;

/** One value, where it lies: `bytes[start]` is its first byte, `end` is exclusive. */
export interface BsonValue {
  readonly type: number;
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** A value of a document or an array, and its name there. */
export interface BsonElement extends BsonValue {
  readonly nameStart: number;
  readonly nameEnd: number;
}

/** The elements of the document or array at `start`, in their order. Throws OperationFailure('archive-damaged') for what is no BSON. */
export function* elementsOf(bytes: Buffer, start: number): Generator<BsonElement> {
  const documentEnd = endOfDocument(bytes, start);
  for (let at = start + 4; at < documentEnd - 1; ) {
    const nameStart = at + 1;
    const nameEnd = endOfText(bytes, nameStart, documentEnd);
    const type = bytes[at] ?? 0;
    const end = endOfValue(bytes, type, nameEnd + 1, documentEnd - 1);
    yield { type, bytes, start: nameEnd + 1, end, nameStart, nameEnd };
    at = end;
  }
}

/** The first element of that name in the document or array at `start`; undefined when there is none. */
export function fieldOf(bytes: Buffer, start: number, name: Buffer): BsonValue | undefined {
  const documentEnd = endOfDocument(bytes, start);
  for (let at = start + 4; at < documentEnd - 1; ) {
    const valueStart = endOfText(bytes, at + 1, documentEnd) + 1;
    const type = bytes[at] ?? 0;
    const end = endOfValue(bytes, type, valueStart, documentEnd - 1);
    const isIt =
      valueStart - at - 2 === name.length && bytes.compare(name, 0, name.length, at + 1, valueStart - 1) === 0;
    if (isIt) return { type, bytes, start: valueStart, end };
    at = end;
  }
  return undefined;
}

/** The name of an element. */
export function nameOf({ bytes, nameStart, nameEnd }: BsonElement): string {
  return bytes.toString('utf8', nameStart, nameEnd);
}

/** Where the document at `start` ends (exclusive). */
export function endOfDocument(bytes: Buffer, start: number): number {
  if (start + 5 > bytes.length) throw malformed();
  const end = start + bytes.readInt32LE(start);
  if (end < start + 5 || end > bytes.length || bytes[end - 1] !== 0) throw malformed();
  return end;
}

/** Where the text that a zero byte ends has that byte. */
export function endOfText(bytes: Buffer, start: number, limit: number): number {
  const end = bytes.indexOf(0, start);
  if (end === -1 || end >= limit) throw malformed();
  return end;
}

/** Sizes of the types that always have the same. */
const fixedSizes: readonly (number | undefined)[] = sizesByType([
  [8, bsonType.double, bsonType.date, bsonType.timestamp, bsonType.int64],
  [0, bsonType.undefined, bsonType.null, bsonType.minKey, bsonType.maxKey],
  [12, bsonType.objectId],
  [1, bsonType.boolean],
  [4, bsonType.int32],
  [16, bsonType.decimal128],
]);

/** What stands around the bytes that the length in front of a value counts. */
const lengthAdds: readonly (number | undefined)[] = sizesByType([
  [4, bsonType.string, bsonType.code, bsonType.symbol],
  [0, bsonType.document, bsonType.array, bsonType.codeWithScope],
  [5, bsonType.binary],
  [16, bsonType.dbPointer],
]);

function endOfValue(bytes: Buffer, type: number, start: number, limit: number): number {
  const end = start + sizeOfValue(bytes, type, start, limit);
  if (end > limit) throw malformed();
  return end;
}

function sizeOfValue(bytes: Buffer, type: number, start: number, limit: number): number {
  const fixed = fixedSizes[type];
  if (fixed !== undefined) return fixed;
  const adds = lengthAdds[type];
  if (adds !== undefined) {
    if (start + 4 > limit) throw malformed();
    const length = bytes.readInt32LE(start);
    if (length < (adds === 5 ? 0 : 1)) throw malformed();
    return length + adds;
  }
  if (type !== bsonType.regex) throw malformed();
  return endOfText(bytes, endOfText(bytes, start, limit) + 1, limit) + 1 - start;
}

function sizesByType(sizes: readonly (readonly [size: number, ...types: number[]])[]): (number | undefined)[] {
  const byType = new Array<number | undefined>(256).fill(undefined);
  for (const [size, ...types] of sizes) for (const type of types) byType[type] = size;
  return byType;
}

function malformed(): OperationFailure {
  return new OperationFailure('archive-damaged', 'The archive is damaged: a document in it is no valid BSON.');
}
