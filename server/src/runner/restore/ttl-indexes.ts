// What expires, while it is restored: nothing does before the data is proven and in its place, as a TTL index begins to delete as
// soon as there is one. Staging leaves the expiry out of what mongorestore is told, the proof compares without it, and once all is
// in place it is made.
import { OperationFailure } from '@holdfast/shared/failures';
import type { ManifestNamespace } from '@holdfast/shared/manifest';
import { EJSON } from 'bson';
import { type MongoClient, MongoServerError } from 'mongodb';
import { dropFromJson } from '../../archive/edit-json.ts';
import type { InPlaceJournal } from '../../domain/restore-in-place.ts';
import { explained, isGone } from '../../engine/driver-failure.ts';
import type { DeploymentFacts } from '../../engine/inspect-deployment.ts';
import { answerWords } from '../../engine/server-answer.ts';

/**
 * How TTL indexes come about.
 * - `convert`: staged as ordinary indexes, made TTL ones at the end (servers from 5.1 on). Those of a time-series are made last.
 * - `create`: left out while staging, made last.
 * - `leave-out`: they stay ordinary indexes, and nothing expires.
 */
export type TtlWay = 'convert' | 'create' | 'leave-out';

/** The way that the server and the person who restores allow. */
export function ttlWay(
  { version, featureCompatibilityVersion }: Pick<DeploymentFacts, 'version' | 'featureCompatibilityVersion'>,
  choice: 'build' | 'leave-out',
): TtlWay {
  if (choice === 'leave-out') return 'leave-out';
  const [major = 0, minor = 0] = (featureCompatibilityVersion ?? version).split('.').map(Number);
  return major > 5 || (major === 5 && minor >= 1) ? 'convert' : 'create';
}

/** Options and indexes in extended JSON. */
interface Shape {
  readonly type: ManifestNamespace['type'];
  readonly options: Readonly<Record<string, unknown>>;
  readonly indexes: readonly Readonly<Record<string, unknown>>[];
}

/** Options and indexes as they are while staged, and as the proof expects them. */
export function stagedShape<T extends Shape>(namespace: T, way: TtlWay): T {
  const { expireAfterSeconds: _, ...options } = namespace.options;
  const indexes = namespace.indexes
    .filter((index) => !isMadeLast(namespace, index, way))
    .map(({ expireAfterSeconds: __, ...index }) => index);
  return { ...namespace, options, indexes };
}

/** The metadata of an archive's prelude, for mongorestore, of what `stagedShape` says; every other character as it was. */
export function stagedMetadata(metadata: string, namespace: Shape, way: TtlWay): string {
  if (metadata === '') return metadata;
  const last = new Set(namespace.indexes.flatMap((index, place) => (isMadeLast(namespace, index, way) ? [place] : [])));
  return dropFromJson(metadata, (path) => {
    const [first, second, third] = path;
    if (first === 'options') return path.length === 2 && second === expiry;
    if (first !== 'indexes') return false;
    return path.length === 2 ? last.has(Number(second)) : path.length === 3 && third === expiry;
  });
}

/** An expiry that is made once the data is in place; the journal of a restore holds all of them. */
export interface Expiry {
  readonly database: string;
  readonly live: string;
  /** null: of the collection itself, a clustered one or a time-series. */
  readonly index: string | null;
  readonly seconds: number;
  /** Of an index that is not there yet: what it is, in extended JSON. */
  readonly definition?: string | undefined;
}

/** What `makeExpiries` has to make of a namespace that was staged this way and is called `where` now. */
export function expiriesOf(
  namespace: Shape,
  where: { readonly database: string; readonly live: string },
  way: TtlWay,
): Expiry[] {
  if (way === 'leave-out') return [];
  const ofAll = expiry in namespace.options ? [{ ...where, index: null, seconds: secondsOf(namespace.options) }] : [];
  const ofIndexes = namespace.indexes.filter(isTtl).map((index) => {
    const definition = isMadeLast(namespace, index, way)
      ? { definition: JSON.stringify(described(namespace, index)) }
      : {};
    return { ...where, index: String(index.name), seconds: secondsOf(index), ...definition };
  });
  return [...ofAll, ...ofIndexes];
}

/** All that are made at the end of a restore in place: what is merged into has its own indexes already. */
export function expiriesIn({ staged, merges }: Pick<InPlaceJournal, 'staged' | 'merges'>, way: TtlWay): Expiry[] {
  const merged = new Set(merges.map(({ database, live }) => `${database}.${live}`));
  return staged
    .filter(({ database, live }) => !merged.has(`${database}.${live}`))
    .flatMap(({ namespace, database, live }) => expiriesOf(namespace, { database, live }, way));
}

/**
 * Lets expire what expires. Idempotent; a collection or an index that somebody removed since is none of its business. Throws
 * OperationFailure: `restore-incomplete` that names the first one that the server does not make, `connection-lost`, `not-authorized`.
 */
export async function makeExpiries(client: MongoClient, expiries: readonly Expiry[]): Promise<void> {
  for (const one of expiries) {
    try {
      await explained(() => client.db(one.database).command({ ...commandOf(one), writeConcern: { w: 'majority' } }));
    } catch (error) {
      if (isGone(error) || isIndexGone(error)) continue;
      throw error instanceof MongoServerError ? notMade(one, error) : error;
    }
  }
}

/** One that is listed without a collation would follow the collection's else. */
function described({ options }: Shape, index: Shape['indexes'][number]): Shape['indexes'][number] {
  return 'collation' in options && !('collation' in index) ? { ...index, collation: { locale: 'simple' } } : index;
}

const expiry = 'expireAfterSeconds';
const longest = 2_147_483_647;

function isTtl(index: Readonly<Record<string, unknown>>): boolean {
  return expiry in index;
}

/** The server makes no TTL index of an ordinary one of a time-series. */
function isMadeLast({ type }: Shape, index: Readonly<Record<string, unknown>>, way: TtlWay): boolean {
  return isTtl(index) && (way === 'create' || (way === 'convert' && type === 'timeseries'));
}

/** Old servers took any number; newer ones read NaN, and what is too long, as the longest. */
function secondsOf(described: Readonly<Record<string, unknown>>): number {
  const value = Number(EJSON.deserialize({ value: described[expiry] }, { relaxed: true }).value);
  return Number.isNaN(value) ? longest : Math.min(longest, Math.max(0, Math.trunc(value)));
}

function commandOf({ live, index, seconds, definition }: Expiry): Record<string, unknown> {
  if (index === null) return { collMod: live, [expiry]: seconds };
  if (definition === undefined) return { collMod: live, index: { name: index, [expiry]: seconds } };
  const { ns: _, ...described } = EJSON.parse(definition, { relaxed: false });
  return { createIndexes: live, indexes: [{ ...described, [expiry]: seconds }] };
}

function isIndexGone(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === 27;
}

function notMade({ database, live, index }: Expiry, error: MongoServerError): OperationFailure {
  const what = index === null ? 'The expiry' : `The TTL index ${index}`;
  return new OperationFailure(
    'restore-incomplete',
    `${what} of ${database}.${live} could not be made: the server answered ${answerWords(error)}.`,
  );
}
