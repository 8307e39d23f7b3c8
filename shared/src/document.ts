// What is inside of a backup's collections: pages of documents, read out of the archive.
import { z } from 'zod';
import { backupCollection } from './backup.ts';
import { backupId } from './ids.ts';

/** `canonical` extended JSON names every type; `relaxed` is for people, and keeps what a number would lose. */
export const documentFormat = z.enum(['canonical', 'relaxed']);
export type DocumentFormat = z.infer<typeof documentFormat>;

/** A collection as a file: exact BSON, or a line of canonical extended JSON for each document. */
export const collectionFormat = z.enum(['bson', 'jsonl']);
export type CollectionFormat = z.infer<typeof collectionFormat>;

/** `database.collection`, as the archive's manifest names it. */
export const namespaceName = z.string().min(3).max(400);

export const collectionsInput = z.object({
  id: backupId,
  /** Only names that contain this, whatever the case. */
  search: z.string().max(400).default(''),
  order: z.enum(['name', 'size']).default('name'),
  /** As `nextCursor` of the page before gave it. */
  cursor: z.int().nonnegative().default(0),
  limit: z.int().min(1).max(1_000).default(200),
});

export const collectionsPage = z.object({
  items: z.array(backupCollection),
  /** How many match the search. */
  total: z.int().nonnegative(),
  nextCursor: z.int().nullable(),
});
export type CollectionsPage = z.infer<typeof collectionsPage>;

export const documentsInput = z.object({
  id: backupId,
  namespace: namespaceName,
  /** Equality only, as extended JSON: `{"status": "paid", "items.sku": 7}`. */
  filter: z.string().max(100_000).optional(),
  /** The number of the document to begin at, from 0; or as `nextCursor` of the page before gave it. */
  cursor: z.int().nonnegative().default(0),
  limit: z.int().min(1).max(200).default(20),
  format: documentFormat.default('relaxed'),
});

export const foundDocument = z.object({
  /** Its number in the collection, in the order of the dump, from 0. */
  position: z.int().nonnegative(),
  /** Of its BSON. */
  bytes: z.int().nonnegative(),
  /** Extended JSON, as text: an object would lose the order of keys that look like numbers, and keys that are there twice. */
  json: z.string(),
});
export type FoundDocument = z.infer<typeof foundDocument>;

export const documentsPage = z.object({
  /** What the archive's manifest says of the collection. */
  collection: backupCollection,
  documents: z.array(foundDocument),
  /** Null at the end of the collection. With a filter it also says how far was looked. */
  nextCursor: z.int().nonnegative().nullable(),
  /**
   * `limit`, `size`: the page is full. `found`: the one with this `_id` is there. `budget`: it was looked for a while; go on from
   * `nextCursor`. `end`: there are no more.
   */
  endedBy: z.enum(['limit', 'size', 'found', 'budget', 'end']),
});
export type DocumentsPage = z.infer<typeof documentsPage>;
