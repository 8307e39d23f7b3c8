// Which documents of a backup a TTL would remove as soon as they are back: by an index, in a clustered collection by `_id`, in a
// time-series bucket by bucket.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ManifestNamespace } from '@holdfast/shared/manifest';
import { EJSON } from 'bson';
import type { ArchiveCollection } from './archive-collections.ts';
import { bsonType, fieldOf } from './bson-elements.ts';
import { type DocumentFilter, holdsDateUntil } from './document-filter.ts';
import { InvalidFilter, parseFilter } from './parse-filter.ts';

type Test = DocumentFilter['matches'];

/** Whether documents of the namespace expire at all. */
export function hasExpiry({ indexes, options }: Pick<ManifestNamespace, 'indexes' | 'options'>): boolean {
  return 'expireAfterSeconds' in options || indexes.some((index) => 'expireAfterSeconds' in index);
}

export interface CountExpiredOptions {
  readonly nowMs: number;
  /** By `performance.now`. */
  readonly endsAt: number;
  /** Whose indexes and options count; default: those that the collection has in the archive. */
  readonly by?: ManifestNamespace;
}

/**
 * Counts the documents (of a time-series the buckets) that would be removed at once at `nowMs`. null when it cannot be told: the
 * time was up, or an index is partial by more than equality. Throws
 * OperationFailure('archive-damaged'), and what the archive's source throws.
 */
export async function countExpired(
  collection: ArchiveCollection,
  { nowMs, endsAt, by = collection.namespace }: CountExpiredOptions,
): Promise<number | null> {
  const tests = expiryTests(by, nowMs);
  if (tests === null) return null;
  let expired = 0;
  for (const frame of collection.frames) {
    if (performance.now() >= endsAt) return null;
    const { bytes, starts } = await collection.read(frame);
    for (const start of starts) if (tests.some((test) => test(bytes, start))) expired += 1;
    await nextTurn();
  }
  return expired;
}

/** null when one of them is not understood. */
function expiryTests(namespace: ManifestNamespace, nowMs: number): Test[] | null {
  const tests: Test[] = [];
  for (const index of namespace.indexes) {
    if (!('expireAfterSeconds' in index)) continue;
    const test = indexTest(index, nowMs);
    if (test === null) return null;
    tests.push(test);
  }
  const seconds = secondsOf(namespace.options.expireAfterSeconds);
  if (seconds === null) return tests;
  const until = nowMs - seconds * 1_000;
  return [...tests, namespace.type === 'timeseries' ? bucketTest(namespace, until) : holdsDateUntil('_id', until)];
}

const never: Test = () => false;

function indexTest(index: Readonly<Record<string, unknown>>, nowMs: number): Test | null {
  const seconds = secondsOf(index.expireAfterSeconds);
  const [path, ...others] = Object.keys(index.key ?? {});
  // The server lets such an index expire nothing.
  if (seconds === null || path === undefined || others.length > 0) return never;
  const isOld = holdsDateUntil(path, nowMs - seconds * 1_000);
  if (index.partialFilterExpression === undefined) return isOld;
  const isIndexed = equalityFilter(index.partialFilterExpression);
  return isIndexed === null ? null : (bytes, start) => isIndexed(bytes, start) && isOld(bytes, start);
}

function equalityFilter(expression: unknown): Test | null {
  try {
    return parseFilter(JSON.stringify(expression)).matches;
  } catch (error) {
    if (error instanceof InvalidFilter) return null;
    throw error;
  }
}

/** The `_id` of a bucket begins with the time of its earliest measurement, rounded down; all that it can hold must be old. */
function bucketTest({ options }: ManifestNamespace, until: number): Test {
  const { timeseries } = EJSON.deserialize({ timeseries: options.timeseries ?? {} });
  const untilSeconds = until / 1_000 - Number(timeseries.bucketMaxSpanSeconds ?? 3_600);
  const id = Buffer.from('_id');
  return (bytes, start) => {
    const value = fieldOf(bytes, start, id);
    return value?.type === bsonType.objectId && value.bytes.readUInt32BE(value.start) <= untilSeconds;
  };
}

/** From extended JSON; null for what lets nothing expire. */
function secondsOf(value: unknown): number | null {
  if (value === undefined) return null;
  const seconds = Number(EJSON.deserialize({ value }).value);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}
