import { deserialize } from 'bson';

/** What stands before the blocks: what the dump holds. */
export interface ArchivePrelude {
  /** The archive's header, a BSON document, as it stood there. */
  readonly header: Buffer;
  readonly namespaces: readonly PreludeNamespace[];
}

/** One namespace of the prelude. */
export interface PreludeNamespace {
  readonly database: string;
  /** The name that people know; never `system.buckets.<name>` of a time-series. */
  readonly collection: string;
  readonly type: 'collection' | 'view' | 'timeseries';
  /** Options and indexes as canonical extended JSON, the text that mongodump wrote; empty when there is none. */
  readonly metadata: string;
  /** The BSON document, as it stood in the archive. */
  readonly raw: Buffer;
}

/** Throws an Error that says what is wrong with it. */
export function parsePrelude(header: Buffer, documents: readonly Buffer[]): ArchivePrelude {
  const namespaces = documents.map(parseNamespace);
  const seen = new Set<string>();
  for (const { database, collection } of namespaces) {
    const name = `${database}.${collection}`;
    if (seen.has(name)) throw new Error(`${name} is listed twice`);
    seen.add(name);
  }
  return { header, namespaces };
}

/** The name under which the blocks of a namespace stand. */
export function blockCollection({ type, collection }: Pick<PreludeNamespace, 'type' | 'collection'>): string {
  return type === 'timeseries' ? `system.buckets.${collection}` : collection;
}

function parseNamespace(raw: Buffer): PreludeNamespace {
  const { db, collection, metadata, type } = deserialize(raw, { validation: { utf8: false } });
  if (typeof db !== 'string' || typeof collection !== 'string' || collection === '' || typeof metadata !== 'string') {
    throw new Error('an entry of the list of namespaces has no name');
  }
  return {
    database: db,
    collection,
    type: type === 'view' || type === 'timeseries' ? type : 'collection',
    metadata,
    raw,
  };
}
