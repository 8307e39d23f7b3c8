// From the text that people type to a filter. Only equality is understood; whatever else MongoDB's find would take is refused
// with what to write instead, so that no filter ever means something else here than there.
import { type JsonNode, JsonProblem, parseOrderedJson } from '@holdfast/shared/ordered-json';
import { Double, EJSON, Int32, Long, serialize } from 'bson';
import { elementsOf } from './bson-elements.ts';
import { type DocumentFilter, documentFilter, type FilterClause } from './document-filter.ts';

/** A filter that cannot be used, and why: a sentence without its full stop. */
export class InvalidFilter extends Error {
  override readonly name = 'InvalidFilter';
}

/** `{"status": "paid", "items.sku": {"$oid": "..."}}`: extended JSON. Throws InvalidFilter. */
export function parseFilter(text: string): DocumentFilter {
  const node = readJson(text);
  if (node.kind !== 'object') throw new InvalidFilter('it must be an object, such as {"status": "paid"}');
  return documentFilter(node.entries.map(([path, value]) => clauseOf(path, value)));
}

function readJson(text: string): JsonNode {
  try {
    return parseOrderedJson(text);
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    throw new InvalidFilter(`${error.message}, at character ${error.at + 1}`, { cause: error });
  }
}

function clauseOf(path: string, node: JsonNode): FilterClause {
  if (path.startsWith('$')) throw new InvalidFilter(`${path} is not supported: fields are compared with values only`);
  const [wanted] = elementsOf(bytesOf(bsonValueOf(node)), 0);
  if (wanted === undefined) throw new Error('a value was serialized to nothing');
  return { path: path.split('.').map((part) => Buffer.from(part)), wanted };
}

function bytesOf(value: unknown): Buffer {
  try {
    return Buffer.from(serialize(new Map([['', value]])));
  } catch (cause) {
    throw new InvalidFilter(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function bsonValueOf(node: JsonNode): unknown {
  switch (node.kind) {
    case 'object':
      return objectOf(node.entries);
    case 'array':
      return node.items.map(bsonValueOf);
    case 'number':
      return numberOf(node.source);
    default:
      return node.value;
  }
}

type Entries = Extract<JsonNode, { kind: 'object' }>['entries'];

/** A map, because it keeps the order of keys that look like numbers. */
function objectOf(entries: Entries): unknown {
  const dollar = entries.find(([key]) => key.startsWith('$') && !referenceKeys.has(key))?.[0];
  if (dollar !== undefined) return typedValue(dollar, entries);
  const fields = new Map(entries.map(([key, value]) => [key, bsonValueOf(value)]));
  if (fields.size < entries.length) throw new InvalidFilter('an object in it has the same key twice');
  return fields;
}

const referenceKeys: ReadonlySet<string> = new Set(['$ref', '$id', '$db']);

const typeKeys: ReadonlySet<string> = new Set([
  ...['$oid', '$date', '$numberInt', '$numberLong', '$numberDouble', '$numberDecimal', '$binary', '$uuid'],
  ...['$timestamp', '$minKey', '$maxKey', '$symbol', '$code', '$dbPointer'],
]);

/** `{"$oid": "..."}` and the like. */
function typedValue(key: string, entries: Entries): unknown {
  if (key === '$regularExpression' || key === '$regex')
    throw new InvalidFilter('regular expressions are not supported: fields are compared with values only');
  if (!typeKeys.has(key)) throw new InvalidFilter(`${key} is not supported: fields are compared with values only`);
  const notUnderstood = (cause?: unknown) => new InvalidFilter(`the value of ${key} is not understood`, { cause });
  if (entries.some(([name]) => !name.startsWith('$'))) throw notUnderstood();
  let value: unknown;
  try {
    value = EJSON.parse(textOf({ kind: 'object', entries }), { relaxed: false });
  } catch (cause) {
    throw notUnderstood(cause);
  }
  if (isPlain(value) || (value instanceof Date && Number.isNaN(value.getTime()))) throw notUnderstood();
  return value;
}

/** Not made into a value of a type. */
function isPlain(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function textOf(node: JsonNode): string {
  switch (node.kind) {
    case 'object':
      return `{${node.entries.map(([key, value]) => `${JSON.stringify(key)}:${textOf(value)}`).join()}}`;
    case 'array':
      return `[${node.items.map(textOf).join()}]`;
    case 'number':
      return node.source;
    default:
      return JSON.stringify(node.value);
  }
}

/** Digits without a point are an integer, exactly that one. */
function numberOf(source: string): unknown {
  if (!/^-?\d+$/.test(source) || source === '-0') return new Double(Number(source));
  const value = BigInt(source);
  if (value === BigInt.asIntN(32, value)) return new Int32(Number(value));
  if (value === BigInt.asIntN(64, value)) return Long.fromBigInt(value);
  throw new InvalidFilter(`${source} does not fit into 64 bits; write {"$numberDecimal": "${source}"}`);
}
