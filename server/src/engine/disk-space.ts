// How much room a deployment's data takes on disk and how much is left, as the server says it. Changes nothing.
import type { Document, MongoClient } from 'mongodb';
import { explained, isNotAuthorized } from './driver-failure.ts';

export interface DiskSpace {
  /** Of the file system that the primary's data lies on; null where the server does not say, or the user may not ask. */
  readonly freeBytes: number | null;
  /** What a byte of raw BSON takes on disk with its indexes, in what is there now; 1 where there is too little to tell. */
  readonly storedPerByte: number;
}

/** Of the databases named; ones that are not there are no harm. Throws OperationFailure. */
export async function diskSpace(client: MongoClient, databases: readonly string[]): Promise<DiskSpace> {
  const stats = await explained(() => Promise.all(databases.map((database) => statsOf(client, database))));
  const said = stats.flatMap((one) => (one === null ? [] : [one]));
  const disk = said.find(hasDisk) ?? (await explained(() => statsOf(client, alwaysThere)));
  return {
    freeBytes:
      disk === null || !hasDisk(disk)
        ? null
        : Math.max(0, Math.floor(Number(disk.fsTotalSize) - Number(disk.fsUsedSize))),
    storedPerByte: storedPerByte(said),
  };
}

/** Of a database that is not there yet the server says nothing of its disk. */
const alwaysThere = 'admin';

function hasDisk({ fsTotalSize }: Document): boolean {
  return Number(fsTotalSize) > 0;
}

const leastBytes = 10_000_000;
/** What deleted documents leave behind makes a collection look larger than a new one will be. */
const mostPerByte = 2;

function storedPerByte(stats: readonly Document[]): number {
  const sum = (field: string) => stats.reduce((total, one) => total + Number(one[field] ?? 0), 0);
  const raw = sum('dataSize');
  if (raw < leastBytes) return 1;
  return Math.min(mostPerByte, (sum('storageSize') + sum('indexSize')) / raw);
}

async function statsOf(client: MongoClient, database: string): Promise<Document | null> {
  try {
    return await client.db(database).command({ dbStats: 1 });
  } catch (error) {
    if (isNotAuthorized(error)) return null;
    throw error;
  }
}
