// Raw BSON as MongoDB Extended JSON, version 2. Written from the bytes and not from objects, so that key order, keys that are
// there twice, `__proto__`, -0.0, NaN, 64-bit numbers and dates outside of what a Date holds all come through.
import { OperationFailure } from '@holdfast/shared/failures';
import { Decimal128 } from 'bson';
import { type BsonValue, bsonType, elementsOf, endOfText, nameOf } from './bson-elements.ts';

/**
 * `canonical` names every type. `relaxed` is for people: numbers and dates as JSON and ISO 8601 have them, as long as a reader
 * that keeps numbers as doubles reads the same number, and a double can be told from an integer.
 */
export type JsonFormat = 'canonical' | 'relaxed';

/** The document at `start` as one line of text. Throws OperationFailure('archive-damaged') for what is no BSON. */
export function extendedJson(bytes: Buffer, start: number, format: JsonFormat): string {
  return documentText(bytes, start, format, 0);
}

/** One value alone, as it would stand in the text of its document. Throws as `extendedJson`. */
export function extendedJsonValue(value: BsonValue, format: JsonFormat): string {
  return valueText(value, format, 0);
}

/** Far deeper than a server stores. */
const deepest = 500;

function documentText(bytes: Buffer, start: number, format: JsonFormat, depth: number): string {
  if (depth > deepest) throw new OperationFailure('archive-damaged', 'A document in the archive is nested too deeply.');
  let text = '{';
  for (const element of elementsOf(bytes, start)) {
    if (text.length > 1) text += ',';
    text += `${JSON.stringify(nameOf(element))}:${valueText(element, format, depth)}`;
  }
  return `${text}}`;
}

function arrayText(bytes: Buffer, start: number, format: JsonFormat, depth: number): string {
  if (depth > deepest) throw new OperationFailure('archive-damaged', 'A document in the archive is nested too deeply.');
  let text = '[';
  for (const element of elementsOf(bytes, start)) {
    if (text.length > 1) text += ',';
    text += valueText(element, format, depth);
  }
  return `${text}]`;
}

type Writer = (value: BsonValue, format: JsonFormat, depth: number) => string;

const writers: ReadonlyMap<number, Writer> = new Map<number, Writer>([
  [bsonType.double, ({ bytes, start }, format) => doubleText(bytes.readDoubleLE(start), format)],
  [bsonType.string, (value) => JSON.stringify(textOf(value))],
  [bsonType.document, ({ bytes, start }, format, depth) => documentText(bytes, start, format, depth + 1)],
  [bsonType.array, ({ bytes, start }, format, depth) => arrayText(bytes, start, format, depth + 1)],
  [bsonType.binary, binaryText],
  [bsonType.undefined, () => '{"$undefined":true}'],
  [bsonType.objectId, ({ bytes, start }) => objectIdText(bytes, start)],
  [bsonType.boolean, ({ bytes, start }) => (bytes[start] === 0 ? 'false' : 'true')],
  [bsonType.date, ({ bytes, start }, format) => dateText(bytes.readBigInt64LE(start), format)],
  [bsonType.null, () => 'null'],
  [bsonType.regex, regexText],
  [bsonType.dbPointer, dbPointerText],
  [bsonType.code, (value) => `{"$code":${JSON.stringify(textOf(value))}}`],
  [bsonType.symbol, (value) => `{"$symbol":${JSON.stringify(textOf(value))}}`],
  [bsonType.codeWithScope, codeWithScopeText],
  [bsonType.int32, ({ bytes, start }, format) => int32Text(bytes.readInt32LE(start), format)],
  [
    bsonType.timestamp,
    ({ bytes, start }) => `{"$timestamp":{"t":${bytes.readUInt32LE(start + 4)},"i":${bytes.readUInt32LE(start)}}}`,
  ],
  [bsonType.int64, ({ bytes, start }, format) => int64Text(bytes.readBigInt64LE(start), format)],
  [
    bsonType.decimal128,
    ({ bytes, start }) => `{"$numberDecimal":"${new Decimal128(bytes.subarray(start, start + 16)).toString()}"}`,
  ],
  [bsonType.minKey, () => '{"$minKey":1}'],
  [bsonType.maxKey, () => '{"$maxKey":1}'],
]);

function valueText(value: BsonValue, format: JsonFormat, depth: number): string {
  // `elementsOf` gives no other types.
  return (writers.get(value.type) as Writer)(value, format, depth);
}

/** The text of a string, code or symbol, without the zero byte at its end. */
function textOf({ bytes, start, end }: BsonValue): string {
  return bytes.toString('utf8', start + 4, end - 1);
}

function doubleText(value: number, format: JsonFormat): string {
  if (format === 'relaxed' && Number.isFinite(value)) return digitsOf(value);
  return `{"$numberDouble":"${Number.isFinite(value) ? digitsOf(value) : String(value)}"}`;
}

/** With a point or an exponent, so that it reads as a double. */
function digitsOf(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  const digits = String(value);
  return /^-?\d+$/.test(digits) ? `${digits}.0` : digits;
}

function int32Text(value: number, format: JsonFormat): string {
  return format === 'relaxed' ? String(value) : `{"$numberInt":"${value}"}`;
}

function int64Text(value: bigint, format: JsonFormat): string {
  const isExact = value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER;
  return format === 'relaxed' && isExact ? String(value) : `{"$numberLong":"${value}"}`;
}

const endOfYear9999 = 253_402_300_800_000n;

function dateText(ms: bigint, format: JsonFormat): string {
  if (format === 'canonical' || ms < 0n || ms >= endOfYear9999) return `{"$date":{"$numberLong":"${ms}"}}`;
  return `{"$date":"${new Date(Number(ms)).toISOString().replace('.000Z', 'Z')}"}`;
}

function objectIdText(bytes: Buffer, start: number): string {
  return `{"$oid":"${bytes.toString('hex', start, start + 12)}"}`;
}

const oldBinary = 0x02;

function binaryText({ bytes, start, end }: BsonValue): string {
  const subType = bytes[start + 4] ?? 0;
  // The old kind repeats the length in front of its bytes.
  const from = start + (subType === oldBinary ? 9 : 5);
  const base64 = bytes.toString('base64', Math.min(from, end), end);
  return `{"$binary":{"base64":"${base64}","subType":"${subType.toString(16).padStart(2, '0')}"}}`;
}

function regexText({ bytes, start, end }: BsonValue): string {
  const patternEnd = endOfText(bytes, start, end);
  const pattern = JSON.stringify(bytes.toString('utf8', start, patternEnd));
  const options = JSON.stringify(bytes.toString('utf8', patternEnd + 1, end - 1));
  return `{"$regularExpression":{"pattern":${pattern},"options":${options}}}`;
}

function dbPointerText({ bytes, start, end }: BsonValue): string {
  const collection = JSON.stringify(bytes.toString('utf8', start + 4, end - 13));
  return `{"$dbPointer":{"$ref":${collection},"$id":${objectIdText(bytes, end - 12)}}}`;
}

function codeWithScopeText({ bytes, start }: BsonValue, format: JsonFormat, depth: number): string {
  const codeEnd = start + 8 + bytes.readInt32LE(start + 4);
  const code = JSON.stringify(bytes.toString('utf8', start + 8, codeEnd - 1));
  return `{"$code":${code},"$scope":${documentText(bytes, codeEnd, format, depth + 1)}}`;
}
