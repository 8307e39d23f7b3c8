// Pages of a list, newest first, by the id of the last item seen: stable while new items arrive.
import type { Collection, Document, Filter } from 'mongodb';
import { z } from 'zod';

export const pageInput = {
  /** As `nextCursor` of the page before gave it. */
  cursor: z.uuid().optional(),
  limit: z.int().min(1).max(200).default(50),
};

export interface Page<T> {
  readonly items: T[];
  readonly nextCursor: string | null;
}

/** Ids are UUID v7, so their order is the order of creation. */
export async function pageOf<S extends Document & { _id: string }, T>(
  collection: Collection<S>,
  options: {
    readonly filter: Filter<S>;
    readonly cursor: string | undefined;
    readonly limit: number;
    readonly map: (stored: S) => T;
  },
): Promise<Page<T>> {
  const { filter, cursor, limit, map } = options;
  const seek = cursor === undefined ? filter : ({ $and: [filter, { _id: { $lt: cursor } }] } as Filter<S>);
  const found = (await collection
    .find(seek)
    .sort({ _id: -1 })
    .limit(limit + 1)
    .toArray()) as unknown as S[];
  const items = found.slice(0, limit);
  return { items: items.map(map), nextCursor: found.length > limit ? (items.at(-1)?._id ?? null) : null };
}

/** A stored document as the API returns it: `id` for `_id`. */
export function withId<S extends { _id: string }>({ _id, ...rest }: S): Omit<S, '_id'> & { id: string } {
  return { id: _id, ...rest };
}
