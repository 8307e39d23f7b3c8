// The equality filter: does a document, as raw BSON, match? As MongoDB's find does it, for equality only: paths go through
// arrays, an array matches by one of its elements, numbers are compared across types, null also matches what is missing.
import { type BsonValue, bsonType, elementsOf, fieldOf } from './bson-elements.ts';
import { equalsNumber, isNumber, numberKey } from './bson-numbers.ts';

/** `path` holds the parts of `a.b.c` in UTF-8. */
export interface FilterClause {
  readonly path: readonly Buffer[];
  readonly wanted: BsonValue;
}

export interface DocumentFilter {
  /** True when at most one document of a collection can match: it asks for an `_id`. */
  readonly isForOne: boolean;
  /** Of the document at `start`. Throws OperationFailure('archive-damaged') for what is no BSON. */
  matches(bytes: Buffer, start: number): boolean;
}

/** All clauses must hold; none holds for every document. */
export function documentFilter(clauses: readonly FilterClause[]): DocumentFilter {
  const tests = clauses.map(({ path, wanted }) => ({ path, test: valueTest(wanted) }));
  return {
    isForOne: clauses.some(({ path }) => path.length === 1 && path[0]?.toString() === '_id'),
    matches: (bytes, start) => tests.every(({ path, test }) => someAtPath(bytes, start, { path, at: 0 }, test)),
  };
}

/** Whether a date at the path is not after `untilMs` (since 1970), as a TTL index looks for it: of an array the earliest. */
export function holdsDateUntil(path: string, untilMs: number): DocumentFilter['matches'] {
  const parts = path.split('.').map((part) => Buffer.from(part));
  const until = BigInt(Math.floor(untilMs));
  const test: ValueTest = (value) => value?.type === bsonType.date && value.bytes.readBigInt64LE(value.start) <= until;
  return (bytes, start) => someAtPath(bytes, start, { path: parts, at: 0 }, test);
}

/** Undefined: nothing is there. */
type ValueTest = (value: BsonValue | undefined) => boolean;

interface Place {
  readonly path: readonly Buffer[];
  /** The part of the path that is looked for now. */
  readonly at: number;
}

function valueTest(wanted: BsonValue): ValueTest {
  if (wanted.type === bsonType.null) return (value) => value === undefined || isNullish(value);
  if (isNumber(wanted)) {
    const equals = equalsNumber(wanted);
    return (value) => value !== undefined && equals(value);
  }
  return (value) => value !== undefined && sameValue(value, wanted);
}

function isNullish({ type }: BsonValue): boolean {
  return type === bsonType.null || type === bsonType.undefined;
}

/** Whether the test holds for one of the values that the path leads to. */
function someAtPath(bytes: Buffer, start: number, { path, at }: Place, test: ValueTest): boolean {
  const value = fieldOf(bytes, start, path[at] as Buffer);
  if (value === undefined) return test(undefined);
  const next = { path, at: at + 1 };
  if (value.type === bsonType.array) return someInArray(value, next, test);
  if (next.at === path.length) return test(value);
  return value.type === bsonType.document ? someAtPath(bytes, value.start, next, test) : test(undefined);
}

/** At the end of the path an array counts by its elements and as a whole; before it by its documents and by its places. */
function someInArray(array: BsonValue, place: Place, test: ValueTest): boolean {
  const { path, at } = place;
  const isEnd = at === path.length;
  for (const element of elementsOf(array.bytes, array.start)) {
    if (isEnd) {
      if (test(element)) return true;
      continue;
    }
    if (element.type === bsonType.document && someAtPath(element.bytes, element.start, place, test)) return true;
    const name = path[at] as Buffer;
    const isPlace = element.bytes.compare(name, 0, name.length, element.nameStart, element.nameEnd) === 0;
    if (isPlace && someBehindPlace(element, { path, at: at + 1 }, test)) return true;
  }
  return isEnd && test(array);
}

function someBehindPlace(element: BsonValue, next: Place, test: ValueTest): boolean {
  if (next.at === next.path.length) return test(element);
  if (element.type === bsonType.array) return someInArray(element, next, test);
  return element.type === bsonType.document && someAtPath(element.bytes, element.start, next, test);
}

/** Equal in MongoDB's order of values; in documents the order of fields counts. */
function sameValue(a: BsonValue, b: BsonValue): boolean {
  if (isNumber(a)) return isNumber(b) && numberKey(a) === numberKey(b);
  if (kindOf(a) !== kindOf(b)) return false;
  switch (a.type) {
    case bsonType.document:
    case bsonType.array:
      return sameElements(a, b);
    case bsonType.codeWithScope:
      return sameScoped(a, b);
    default:
      return sameBytes(a, b);
  }
}

/** A symbol is a string to MongoDB. */
function kindOf({ type }: BsonValue): number {
  return type === bsonType.symbol ? bsonType.string : type;
}

function sameElements(a: BsonValue, b: BsonValue): boolean {
  const others = elementsOf(b.bytes, b.start);
  const withNames = a.type === bsonType.document;
  for (const element of elementsOf(a.bytes, a.start)) {
    const { value: other, done } = others.next();
    if (done || !sameValue(element, other)) return false;
    const names = [element, other].map((one) => ({ ...one, start: one.nameStart, end: one.nameEnd }));
    if (withNames && !sameBytes(names[0] as BsonValue, names[1] as BsonValue)) return false;
  }
  return others.next().done === true;
}

function sameScoped(a: BsonValue, b: BsonValue): boolean {
  const [one, other] = [a, b].map(({ bytes, start, ...rest }) => {
    const scope = start + 8 + bytes.readInt32LE(start + 4);
    return { code: { ...rest, bytes, start: start + 8, end: scope }, scope: { ...rest, bytes, start: scope } };
  }) as [Scoped, Scoped];
  return sameBytes(one.code, other.code) && sameElements({ ...one.scope, type: bsonType.document }, other.scope);
}

interface Scoped {
  readonly code: BsonValue;
  readonly scope: BsonValue;
}

function sameBytes(a: BsonValue, b: BsonValue): boolean {
  return a.end - a.start === b.end - b.start && a.bytes.compare(b.bytes, b.start, b.end, a.start, a.end) === 0;
}
