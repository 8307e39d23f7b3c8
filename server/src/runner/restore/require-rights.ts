// The rights that a restore needs beside those that staging takes: asked for once it is known what that is, while nothing live has
// changed.
import type { EventData } from '@holdfast/shared/events';
import { OperationFailure } from '@holdfast/shared/failures';
import type { MongoClient } from 'mongodb';
import { accessNeeds, missingRights, safetyNeeds, stagingNeeds, unmergeNeeds } from '../../commands/missing-rights.ts';
import type { RestoreScope } from '../../domain/restore-scope.ts';
import type { AccessChange, AccessDocuments } from '../../engine/users-and-roles.ts';
import { describeNeeds, emptyTimestampWords, type Need, writtenLast } from '../../tools/privileges.ts';

type Staged = EventData<'RestoreStaged'>;
type Rewrites = NonNullable<Staged['rewrites']>;

/** Of what is staged, or going to be. */
export interface NeededRights {
  /** That are staged in. */
  readonly databases?: readonly string[];
  readonly rewrites?: Readonly<Rewrites>;
  readonly expiries?: Readonly<NonNullable<Staged['expiries']>>;
  readonly unmerges?: readonly { readonly database: string }[];
  /** Users and roles that are written or go, and all that there are. */
  readonly access?: { readonly change: AccessChange; readonly live: AccessDocuments } | null | undefined;
  /** Where documents with an empty timestamp are known to come. */
  readonly emptyTimestamps?: readonly Place[];
}

interface Place {
  readonly database: string;
  readonly collection: string;
  readonly type: 'collection' | 'view' | 'timeseries';
}

function nameOf({ database, collection }: Place): string {
  return `${database}.${collection}`;
}

/** Throws `not-authorized` that names what is missing. */
export async function requireRights(client: MongoClient, journal: NeededRights): Promise<void> {
  const missing = await missingRights(client, needsOf(journal));
  if (missing.length === 0) return;
  const why = emptyTimestampWords(journal.emptyTimestamps?.map(nameOf) ?? []);
  const message = `The user may not do all that the restore needs, and nothing live was changed; missing: ${describeNeeds(missing)}.${why}`;
  throw new OperationFailure('not-authorized', message);
}

/** Of what is restored, what has one of these names. */
export function emptyTimestampsIn(names: readonly string[], { placed }: Pick<RestoreScope, 'placed'>): Place[] {
  const known = new Set(names);
  return placed
    .filter(({ database, collection }) => known.has(`${database}.${collection}`))
    .map(({ database, collection, namespace: { type } }) => ({ database, collection, type }));
}

/** Also for the plan, which says what is missing of it. */
export function needsOf(journal: NeededRights): Need[] {
  const { databases = [], rewrites = [], expiries = [], unmerges = [], access = null, emptyTimestamps = [] } = journal;
  const altered = [
    ...rewrites.filter(({ type, was }) => type === 'view' && was === 'view'),
    ...expiries.filter(({ definition }) => definition === undefined),
  ];
  return [
    ...stagingNeeds(databases),
    ...rewrites.flatMap(needsOfRewrite),
    ...altered.map(({ database, live }) => ({ action: 'collMod', database, collection: live })),
    ...unmergeNeeds(unmerges),
    ...(access === null ? [] : [...safetyNeeds(access.change), ...accessNeeds(access.change, access.live)]),
    ...emptyTimestamps.flatMap(repairNeeds),
  ];
}

/** All is written under a name of its own before it comes to its place. */
function repairNeeds({ database, collection, type }: Place): Need[] {
  const places = collection === 'system.js' ? [null, collection] : [type === 'timeseries' ? 'system.buckets.*' : null];
  return places.map((place) => ({ action: 'update', database, collection: place }));
}

function needsOfRewrite({ database, live, type }: Rewrites[number]): Need[] {
  const on = (collection: string, actions: readonly string[]) =>
    actions.map((action) => ({ action, database, collection }));
  if (live === 'system.js') return on(live, type === 'none' ? ['find', 'dropCollection'] : writtenLast);
  return type === 'timeseries' ? on(`system.buckets.${live}`, writtenLast) : [];
}
