// What a database consists of besides its documents, in a form that two databases can be compared in.
import { EJSON } from 'bson';
import type { Db, Document } from 'mongodb';
import { isShadowName } from '../domain/restore-names.ts';

export interface CollectionDescription {
  readonly name: string;
  readonly type: 'collection' | 'view' | 'timeseries';
  /** Extended JSON of the options; field order inside validators, pipelines and the like is kept. */
  readonly options: string;
  /** Extended JSON of each index by its name. */
  readonly indexes: ReadonlyMap<string, string>;
  /** Where its documents are read: for a time-series collection its buckets; null for a view. */
  readonly stored: string | null;
}

/**
 * Every collection and view of a database by name, `system.js` included, without the server's own (`system.views`,
 * `system.profile`), and what restores keep. Left out as noise: UUIDs, and `ns`, `v` and `background` of indexes.
 */
export async function describeDatabase(db: Db): Promise<Map<string, CollectionDescription>> {
  const listed = await db.listCollections().toArray();
  const wanted = listed.filter(
    ({ name }) => name === 'system.js' || !(name.startsWith('system.') || isShadowName(name)),
  );
  const described = new Map<string, CollectionDescription>();
  for (const collection of wanted.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    described.set(collection.name, await describe(db, collection));
  }
  return described;
}

async function describe(db: Db, { name, type, options }: Document): Promise<CollectionDescription> {
  return {
    name,
    type,
    options: canonical(options ?? {}),
    indexes: type === 'view' ? new Map() : await indexesOf(db, name),
    stored: type === 'view' ? null : type === 'timeseries' ? `system.buckets.${name}` : name,
  };
}

async function indexesOf(db: Db, name: string): Promise<Map<string, string>> {
  const indexes = await db.collection(name).listIndexes().toArray();
  return new Map(
    indexes.map(({ ns: _ns, v: _v, background: _background, name: indexName, key, ...options }) => [
      indexName,
      canonical({ key, ...unordered(options) }),
    ]),
  );
}

/** mongorestore does not keep the order of fields in an index's options, where it says nothing: in a key and a filter it does. */
function unordered(value: Document): Document {
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  const isOrdered = (name: string, inner: unknown) => name === 'partialFilterExpression' || !isPlain(inner);
  return Object.fromEntries(
    entries.map(([name, inner]) => [name, isOrdered(name, inner) ? inner : unordered(inner as Document)]),
  );
}

function isPlain(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** The order of a server's answer says nothing at the top; inside, say in an index key, it does. */
function canonical(document: Document): string {
  const sorted = Object.entries(document).sort(([a], [b]) => (a < b ? -1 : 1));
  return EJSON.stringify(Object.fromEntries(sorted), { relaxed: true });
}
