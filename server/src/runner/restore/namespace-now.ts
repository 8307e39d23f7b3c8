import type { MongoClient } from 'mongodb';
import { elementsOf, fieldOf, nameOf } from '../../archive/bson-elements.ts';
import { exactValue } from '../../archive/exact-value.ts';
import { explained } from '../../engine/driver-failure.ts';
import { asBytes, exactDocument } from '../../engine/exact-bson.ts';

/** What is under a name now. */
export interface NamespaceNow {
  readonly type: 'collection' | 'view' | 'timeseries';
  /** As the server lists them, each an `exactValue`: what is made of them is the same again. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Hex; of a time-series that of its buckets, null for a view. Another one after it was dropped and made again. */
  readonly uuid: string | null;
}

/** Looks a name up; null where nothing is. Throws OperationFailure. */
export async function namespaceNow(client: MongoClient, database: string, name: string): Promise<NamespaceNow | null> {
  const buckets = `system.buckets.${name}`;
  const listing = client
    .db(database)
    .listCollections({ name: { $in: [name, buckets] } }, { ...asBytes, nameOnly: false });
  const answered = (await explained(() => listing.toArray())) as unknown as Uint8Array[];
  const listed = answered.map((bytes) => ({ bytes, ...described(bytes) }));
  const found = listed.find((one) => one.name === name);
  if (found === undefined) return null;
  const { type, bytes } = found;
  const stored = type === 'timeseries' ? listed.find((one) => one.name === buckets) : found;
  return { type, options: optionsOf(bytes), uuid: stored?.uuid ?? null };
}

function described(bytes: Uint8Array): Pick<NamespaceNow, 'type' | 'uuid'> & { readonly name: string } {
  const { name, type = 'collection', info } = exactDocument(bytes);
  return { name, type, uuid: info?.uuid?.toString('hex') ?? null };
}

const optionsField = Buffer.from('options');

function optionsOf(bytes: Uint8Array): NamespaceNow['options'] {
  const options = fieldOf(Buffer.from(bytes), 0, optionsField);
  if (options === undefined) return {};
  return Object.fromEntries(elementsOf(options.bytes, options.start).map((one) => [nameOf(one), exactValue(one)]));
}
