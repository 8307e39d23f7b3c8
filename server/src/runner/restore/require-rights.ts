// The rights that everything after the proof needs: asked for once it is known what that is, while nothing live has changed.
import type { EventData } from '@holdfast/shared/events';
import { OperationFailure } from '@holdfast/shared/failures';
import type { MongoClient } from 'mongodb';
import { missingRights, unmergeNeeds } from '../../commands/missing-rights.ts';
import { describeNeeds, type Need, writtenLast } from '../../tools/privileges.ts';

type Staged = EventData<'RestoreStaged'>;
type Rewrites = NonNullable<Staged['rewrites']>;

/** Of what is staged, or going to be. */
export interface AfterTheSwap {
  readonly rewrites?: Readonly<Rewrites>;
  readonly expiries?: Readonly<NonNullable<Staged['expiries']>>;
  readonly unmerges?: readonly { readonly database: string }[];
}

/** Throws `not-authorized` that names what is missing. What staging took is there already: the staged names are in the same databases. */
export async function requireRights(client: MongoClient, journal: AfterTheSwap): Promise<void> {
  const missing = await missingRights(client, needsOf(journal));
  if (missing.length === 0) return;
  const message = `The user may not do what comes after the swap, and nothing live was changed; missing: ${describeNeeds(missing)}.`;
  throw new OperationFailure('not-authorized', message);
}

function needsOf({ rewrites = [], expiries = [], unmerges = [] }: AfterTheSwap): Need[] {
  const altered = [
    ...rewrites.filter(({ type, was }) => type === 'view' && was === 'view'),
    ...expiries.filter(({ definition }) => definition === undefined),
  ];
  return [
    ...rewrites.flatMap(needsOfRewrite),
    ...altered.map(({ database, live }) => ({ action: 'collMod', database, collection: live })),
    ...unmergeNeeds(unmerges),
  ];
}

function needsOfRewrite({ database, live, type }: Rewrites[number]): Need[] {
  const on = (collection: string, actions: readonly string[]) =>
    actions.map((action) => ({ action, database, collection }));
  if (live === 'system.js') return on(live, type === 'none' ? ['find', 'dropCollection'] : writtenLast);
  return type === 'timeseries' ? on(`system.buckets.${live}`, writtenLast) : [];
}
