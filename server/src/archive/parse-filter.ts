// From the text that people type to a filter. Only equality is understood; whatever else MongoDB's find would take is refused
// with what to write instead, so that no filter ever means something else here than there.
import { type FilterProblem, type FilterProblemCode, filterProblemText } from '@holdfast/shared/filter-problem';
import { type JsonNode, JsonProblem, parseOrderedJson } from '@holdfast/shared/ordered-json';
import { Double, EJSON, Int32, Long, serialize } from 'bson';
import { elementsOf } from './bson-elements.ts';
import { type DocumentFilter, documentFilter, type FilterClause } from './document-filter.ts';

/** A filter that cannot be used, and why. */
export class InvalidFilter extends Error {
  override readonly name = 'InvalidFilter';
  readonly problem: FilterProblem;

  constructor(
    problem: FilterProblemCode,
    { at = null, subject = null, cause }: { at?: number | null; subject?: string | null; cause?: unknown } = {},
  ) {
    const whole = { problem, at, subject };
    super(filterProblemText(whole), { cause });
    this.problem = whole;
  }
}

/** `{"status": "paid", "items.sku": {"$oid": "..."}}`: extended JSON. Throws InvalidFilter. */
export function parseFilter(text: string): DocumentFilter {
  const node = readJson(text);
  if (node.kind !== 'object') throw new InvalidFilter('not-an-object');
  return documentFilter(node.entries.map(([path, value]) => clauseOf(path, value)));
}

function readJson(text: string): JsonNode {
  try {
    return parseOrderedJson(text);
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    throw new InvalidFilter(error.code, { at: error.at + 1, cause: error });
  }
}

function clauseOf(path: string, node: JsonNode): FilterClause {
  if (path.startsWith('$')) throw new InvalidFilter('operator', { subject: path });
  const [wanted] = elementsOf(bytesOf(bsonValueOf(node)), 0);
  if (wanted === undefined) throw new Error('a value was serialized to nothing');
  return { path: path.split('.').map((part) => Buffer.from(part)), wanted };
}

function bytesOf(value: unknown): Buffer {
  try {
    return Buffer.from(serialize(new Map([['', value]])));
  } catch (cause) {
    throw new InvalidFilter('name-impossible', { cause });
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
  const fields = new Map<string, unknown>();
  for (const [key, value] of entries) {
    if (fields.has(key)) throw new InvalidFilter('same-key-twice', { subject: key });
    fields.set(key, bsonValueOf(value));
  }
  return fields;
}

const referenceKeys: ReadonlySet<string> = new Set(['$ref', '$id', '$db']);

const typeKeys: ReadonlySet<string> = new Set([
  ...['$oid', '$date', '$numberInt', '$numberLong', '$numberDouble', '$numberDecimal', '$binary', '$uuid'],
  ...['$timestamp', '$minKey', '$maxKey', '$symbol', '$code', '$dbPointer'],
]);

/** `{"$oid": "..."}` and the like. */
function typedValue(key: string, entries: Entries): unknown {
  if (key === '$regularExpression' || key === '$regex') throw new InvalidFilter('regular-expression');
  if (!typeKeys.has(key)) throw new InvalidFilter('operator', { subject: key });
  const notUnderstood = (cause?: unknown) => new InvalidFilter('value-not-understood', { subject: key, cause });
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
  throw new InvalidFilter('integer-too-large', { subject: source });
}
